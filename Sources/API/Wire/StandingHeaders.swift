public import HTTP

extension Application {
    /// What every answer carries unless it says otherwise itself: it is data, to be read by whoever
    /// asked for it, and never a page, a script or a frame.
    public static let standingHeaders: Headers = [
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    /// Of a picture: it may be shown in anybody's page, and does nothing where it is opened alone.
    static let pictureHeaders: Headers = [
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
    ]

    /// Of the reference: it has styles of its own, no script, and nothing of anybody else's.
    static let pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}
