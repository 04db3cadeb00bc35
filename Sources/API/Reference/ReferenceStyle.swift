extension ReferencePage {
    /// The page's looks, light and dark.
    static let style: HTML = """
        :root{--ink:#1d2129;--soft:#5b6472;--paper:#fff;--wash:#f5f6f8;--line:#e1e4e9;\
        --accent:#3451c7;--get:#1a7f4b;--post:#3451c7;--patch:#96660a;--delete:#b3363e}
        @media (prefers-color-scheme:dark){:root{--ink:#e4e7ec;--soft:#98a2b1;--paper:#14171c;\
        --wash:#1c2027;--line:#2d333d;--accent:#9bb0ff;--get:#5cc98f;--post:#9bb0ff;\
        --patch:#e0b25c;--delete:#f08b91}}
        *{box-sizing:border-box}html{scroll-padding-top:1rem}
        body{margin:0;display:grid;grid-template-columns:19rem minmax(0,1fr);color:var(--ink);\
        background:var(--paper);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
        nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem 1rem;\
        background:var(--wash);border-right:1px solid var(--line);font-size:.8rem}
        nav p{margin:1rem 0 .3rem;font-weight:600}nav .brand{margin-top:0;font-size:1.15rem}
        nav ul{margin:0;padding:0;list-style:none}nav li{padding:.14rem 0;overflow-wrap:anywhere}
        nav li a{display:flex;gap:.35em;align-items:baseline}
        nav a{color:inherit;text-decoration:none}nav a:hover{color:var(--accent)}
        main{padding:2rem clamp(1rem,4vw,3.5rem);max-width:62rem}
        a{color:var(--accent)}h1{margin:0 0 .5rem;font-size:2.1rem;letter-spacing:-.02em}
        h2{margin:3rem 0 .3rem;padding-top:1.2rem;border-top:2px solid var(--line);font-size:1.5rem}
        h3{margin:0;font-size:1.05rem;overflow-wrap:anywhere}
        h4{margin:1.1rem 0 .35rem;font-size:.85rem;color:var(--soft)}
        article{margin:1.2rem 0;padding:1.1rem 1.3rem;border:1px solid var(--line);border-radius:10px}
        article p{margin:.5rem 0}article:target{border-color:var(--accent)}
        code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        p code,dd code,td code{padding:.05em .3em;border-radius:4px;background:var(--wash)}
        pre{margin:.7rem 0;padding:.8rem 1rem;overflow:auto;border-radius:8px;white-space:pre-wrap;\
        overflow-wrap:anywhere;\
        background:var(--wash);border:1px solid var(--line)}
        b.GET{color:var(--get)}b.POST{color:var(--post)}b.PATCH{color:var(--patch)}\
        b.DELETE{color:var(--delete)}nav b{font-size:.68rem}
        .table{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:.9rem}
        th,td{padding:.4rem .6rem .4rem 0;border-top:1px solid var(--line);text-align:left;\
        vertical-align:top}th{width:13rem;font-weight:500}td .table{margin:.3rem 0 0 .6rem}
        td th{width:10rem}.type{color:var(--soft);overflow-wrap:anywhere}
        small{color:var(--soft)}small.must{color:var(--delete)}
        dl{display:grid;grid-template-columns:3rem minmax(0,1fr);gap:.25rem .6rem;margin:.3rem 0;\
        font-size:.9rem}dt{font-weight:600}dd{margin:0}summary{cursor:pointer;font-size:.9rem;\
        color:var(--soft)}details{margin-top:.9rem}
        @media (max-width:52rem){body{display:block}nav{position:static;height:auto;max-height:30vh;\
        border-right:0;border-bottom:1px solid var(--line)}th,td{display:block;width:auto}\
        td{border-top:0;padding-top:0}}
        @media print{nav{display:none}body{display:block}details>*{display:block}}
        """
}
