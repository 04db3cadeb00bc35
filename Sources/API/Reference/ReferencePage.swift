import Gateway
import HTTP
import Units

/// The reference as one page, which needs nothing but itself.
enum ReferencePage {
    /// Written once: its values are those of the program.
    static let bytes = Array(html.text.utf8)

    static var html: HTML {
        let chapters = Reference.chapters
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Atelier: API reference</title>
            <style>\(style)</style></head><body>
            <nav aria-label="Routes"><p class="brand"><a href="#top">Atelier</a></p>\
            \(guideMenu)\(HTML(chapters.map(\.menu)))<p><a href="#shapes">Shapes</a></p></nav>
            <main id="top"><header><h1>API reference</h1>
            <p>\(HTML.prose(OpenAPIDocument.about))</p>
            <p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1). Every example \
            runs by itself, and costs nothing, when it is pasted after</p>
            <pre><code>export ATELIER_URL=https://…   # this server
            export ATELIER_KEY=atl_live_…  # with the scopes generate, read and admin:keys</code></pre>
            <p>A test key, <code>atl_test_…</code>, runs them too, but for those that change webhooks. \
            A <code>photo.png</code> of yours in the folder is used instead of the example's.</p>
            </header>\(guide)\(HTML(chapters.map(\.section)))\(shapes)</main></body></html>

            """
    }

    private static var guideMenu: HTML {
        let items = Guide.sections.map { section -> HTML in
            "<li><a href=\"#\(section.id)\">\(section.title)</a></li>"
        }
        return "<p><a href=\"#guide\">Guide</a></p><ul>\(HTML(items))</ul>\n"
    }

    private static var guide: HTML {
        let articles = Guide.sections.map { section -> HTML in
            let text = section.text.map { "<p>\(HTML.prose($0))</p>" as HTML }
            let examples = section.examples.map {
                "<pre tabindex=\"0\"><code>\(ExampleNeed.completing($0))</code></pre>" as HTML
            }
            return """
                <article id="\(section.id)"><h3>\(section.title)</h3>\(HTML(text))
                \(HTML(examples))</article>

                """
        }
        return """
            <section id="guide"><h2>Guide</h2>\(HTML(articles))</section>

            """
    }

    /// What answers name, each told once.
    private static var shapes: HTML {
        let named = HTML(
            Shape.components.map { name, shape in
                """
                <article id="shape-\(name)"><h3>\(name)</h3>\(shape.table)</article>

                """
            })
        return """
            <section id="shapes"><h2>Shapes</h2><p>What bodies and answers above are made of.</p>
            \(named)</section>
            """
    }
}

extension Reference.Chapter {
    private var anchor: String { name.lowercased().replacing(" ", with: "-") }

    fileprivate var menu: HTML {
        let items = Reference.entries(of: self).map { entry -> HTML in
            """
            <li><a href="#\(entry.operation.id)"><b class="\(entry.route.method)">\
            \(entry.route.method)</b> \(entry.route.template)</a></li>
            """
        }
        return """
            <p><a href="#\(anchor)">\(name)</a></p><ul>\(HTML(items))</ul>

            """
    }

    fileprivate var section: HTML {
        """
        <section id="\(anchor)"><h2>\(name)</h2><p>\(HTML.prose(about))</p>
        \(HTML(Reference.entries(of: self).map(\.article)))</section>

        """
    }
}

extension Reference.Entry {
    fileprivate var article: HTML {
        """
        <article id="\(operation.id)">
        <h3><b class="\(route.method)">\(route.method)</b> <code>\(route.template)</code></h3>
        <p><strong>\(operation.summary).</strong> \(HTML.prose(operation.details)) \(need)</p>
        <pre tabindex="0"><code>\(curl)</code></pre>
        \(parameters)\(bodies)\(answers)\(errors)</article>

        """
    }

    private var need: HTML {
        guard let scope = route.scope else { return "Needs no key." }
        return "Needs a key with the scope <code>\(scope.rawValue)</code>."
    }

    private var parameters: HTML {
        if operation.parameters.isEmpty { return "" }
        let rows = operation.parameters.map { parameter in
            Shape.row(
                parameter.name, in: parameter.place.rawValue, parameter.shape,
                isRequired: parameter.isRequired)
        }
        return "<h4>Parameters</h4>\(Shape.table(of: rows))"
    }

    private var bodies: HTML {
        HTML(
            operation.bodies.map { type, shape in
                "<h4>Body: <code>\(type)</code></h4>\(shape.table)"
            })
    }

    private var answers: HTML {
        let answers = operation.answers.map { answer -> HTML in
            let contents = HTML(
                answer.contents.map { type, shape -> HTML in
                    guard type != "text/event-stream" else {
                        return "<br><code>\(type)</code>\(shape.links) \(HTML.prose(shape.note))"
                    }
                    let table: HTML = shape.members.isEmpty ? "" : shape.table
                    return " <code>\(type)</code> \(shape.names)\(table)"
                })
            let headers: HTML =
                answer.headers.isEmpty
                ? ""
                : " Headers: \(answer.headers.map(\.name).joined(separator: ", "))."
            return """
                <dt>\(answer.status.rawValue)</dt><dd>\(HTML.prose(answer.note))\(headers)\
                \(contents)</dd>
                """
        }
        return "<h4>Answers</h4><dl>\(HTML(answers))</dl>\n"
    }

    private var errors: HTML {
        let errors = operation.refusalsByStatus(of: route).map { status, kinds -> HTML in
            let words = kinds.map { "`\($0.rawValue)`" }.joined(separator: " ")
            return """
                <dt>\(status.rawValue)</dt><dd>\(status.reason) \(HTML.prose(words))</dd>
                """
        }
        return """
            <details><summary>Errors, as <code>\(route.errors.mediaType)</code> of \
            \(Shape.named(route.errors.bodyName).names)</summary>
            <dl>\(HTML(errors))</dl></details>
            """
    }
}

extension Shape {
    /// Links to the shapes that it names by itself.
    fileprivate var names: HTML { members.isEmpty ? links : "" }

    /// Links to the shapes that it names anywhere, each once.
    fileprivate var links: HTML {
        var seen: Set<String> = []
        return HTML(
            mentioned.filter { seen.insert($0).inserted }.map { name in
                " <a href=\"#shape-\(name)\">\(name)</a>"
            })
    }

    fileprivate var table: HTML {
        members.isEmpty
            ? "<p>\(inWords)</p>"
            : Self.table(
                of: members.map {
                    Self.row($0.name, in: nil, $0.shape, isRequired: $0.isRequired)
                })
    }

    fileprivate static func table(of rows: [HTML]) -> HTML {
        "<div class=\"table\"><table><tbody>\(HTML(rows))</tbody></table></div>\n"
    }

    fileprivate static func row(
        _ name: String, in place: String?, _ shape: Shape, isRequired: Bool
    ) -> HTML {
        let place: HTML = place.map { " <small>\($0)</small>" } ?? ""
        let required: HTML = isRequired ? " <small class=\"must\">required</small>" : ""
        let standing: HTML =
            shape.standard.map { " Default: <code>\($0.text)</code>." } ?? ""
        let inner: HTML = shape.members.isEmpty ? "" : shape.table
        return """
            <tr><th scope="row"><code>\(name)</code>\(place)\(required)</th>\
            <td><span class="type">\(shape.inWords).</span>\(shape.names) \
            \(HTML.prose(shape.note))\(standing)\(inner)</td></tr>

            """
    }
}
