// swift-tools-version: 6.2
import PackageDescription

// What each target may import is the architecture: see ARCHITECTURE.md, "The map".

/// Every Swift target is compiled under the strictest settings that work together.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// A target whose hard reasoning stands beside its code.
let reasoned = ["README.md"]

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: strict)
}

/// A home of C: a library of Debian's, found through pkg-config.
func debian(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// What tests share; it lives beside them.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

func program(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

let package = Package(
    name: "atelier",
    targets: [
        library("Units"),
        library("Threads"),
        library("Terminal"),
        library("Log", ["Threads", "Units"]),
        debian("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("Signing", ["CCrypto", "Units"]),
        debian("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        library("Postgres", ["CPostgres", "Threads", "Units"], exclude: reasoned),
        debian("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        library("Compression", ["CZlib"]),
        library("HTTP", ["Units"]),
        .target(name: "CEpoll"),
        debian("CTLS", pkgConfig: "openssl", apt: "libssl-dev"),
        library("HTTPServer", ["CEpoll", "CTLS", "HTTP", "Threads", "Units"], exclude: reasoned),
        debian("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("HTTPClient", ["CCurl", "HTTP", "Threads", "Units"], exclude: reasoned),
        debian("CWebP", pkgConfig: "libwebp", apt: "libwebp-dev"),
        debian("CTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
        debian("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        library("Pictures", ["CPNG", "CTurboJPEG", "CWebP", "Units"], exclude: reasoned),
        debian("CPango", pkgConfig: "pangocairo", apt: "libpango1.0-dev"),
        library("Documents", ["CPango", "Units"], exclude: reasoned),
        library("Storage", ["Threads", "Units"], exclude: reasoned),
        .plugin(name: "EmbedMigrations", capability: .buildTool()),
        .target(
            name: "Schema", path: "migrations", exclude: ["schema.sql"], swiftSettings: strict,
            plugins: ["EmbedMigrations"]),
        library("Ledger", ["Postgres", "Signing", "Units"], exclude: reasoned),
        library("Jobs", ["Log", "Postgres", "Threads", "Units"]),
        library("Providers", ["HTTP", "Pictures", "Signing", "Units"]),
        library(
            "Gateway",
            [
                "Documents", "HTTP", "HTTPClient", "Jobs", "Ledger", "Log", "Pictures", "Postgres",
                "Providers", "Signing", "Storage", "Threads", "Units",
            ], exclude: ["Catalogue/README.md"]),
        library(
            "API",
            [
                "Compression", "Documents", "Gateway", "HTTP", "Ledger", "Log", "Pictures",
                "Postgres",
                "Providers",
                "Signing", "Storage", "Threads", "Units",
            ]),
        .target(name: "CMalloc"),
        program(
            "atelier", path: "Sources/Server",
            [
                "API", "CMalloc", "Gateway", "HTTP", "HTTPClient", "HTTPServer", "Jobs", "Log",
                "Postgres", "Providers", "Schema", "Signing", "Storage", "Terminal", "Threads",
                "Units",
            ]),
        program(
            "atelier-admin", path: "admin",
            [
                "Documents", "Gateway", "HTTPClient", "Jobs", "Ledger", "Log", "Pictures",
                "Postgres", "Providers", "Signing", "Storage", "Terminal", "Threads", "Units",
            ]),
        program(
            "atelier-bench", path: "Sources/Bench",
            [
                "Gateway", "Jobs", "Ledger", "Log", "Pictures", "Postgres", "Signing", "Storage",
                "Terminal", "Threads", "Units",
            ]),
        .executableTarget(
            name: "Fuzz", dependencies: ["HTTPServer"], exclude: ["run", "http.dict"],
            swiftSettings: strict),
        support("PictureSupport", ["Pictures"]),
        support("SeedSupport", []),
        support("TLSSupport", []),
        support(
            "ProviderSupport",
            [
                "HTTP", "HTTPClient", "HTTPServer", "Pictures", "Providers", "Signing", "Threads",
                "Units",
            ]),
        support("DatabaseSupport", ["Postgres", "Threads", "Units"]),
        support(
            "GatewaySupport",
            [
                "DatabaseSupport", "Documents", "Gateway", "HTTPClient", "Jobs", "Ledger", "Log",
                "Postgres", "Providers", "Schema", "Signing", "Storage", "Threads", "Units",
            ]),
        tests(of: "Units", ["SeedSupport"]),
        tests(of: "Threads"),
        tests(of: "Log", ["Threads", "Units"]),
        tests(of: "Signing", ["SeedSupport", "Units"]),
        tests(of: "Postgres", ["DatabaseSupport", "Threads", "Units"]),
        tests(of: "HTTP", ["Units"]),
        tests(of: "HTTPClient", ["HTTP", "TLSSupport", "Threads", "Units"]),
        tests(of: "HTTPServer", ["HTTP", "HTTPClient", "TLSSupport", "Threads", "Units"]),
        tests(of: "Pictures", ["PictureSupport", "Units"]),
        .testTarget(
            name: "DocumentsTests", dependencies: ["DatabaseSupport", "Documents", "Units"],
            exclude: ["validate_ubl.py"], swiftSettings: strict),
        tests(of: "Storage", ["Threads", "Units"]),
        tests(
            of: "Providers",
            ["HTTP", "HTTPClient", "Pictures", "ProviderSupport", "Signing", "Units"]),
        tests(
            of: "Ledger",
            [
                "DatabaseSupport", "Gateway", "GatewaySupport", "Postgres", "SeedSupport",
                "Signing",
                "Units",
            ]),
        tests(
            of: "Gateway",
            [
                "DatabaseSupport", "Documents", "GatewaySupport", "HTTP", "HTTPClient",
                "HTTPServer",
                "Jobs", "Ledger", "Log", "PictureSupport", "Pictures", "Postgres",
                "ProviderSupport", "Providers",
                "SeedSupport", "Signing", "Storage", "Threads", "Units",
            ]),
        .testTarget(name: "HouseRulesTests", swiftSettings: strict),
        .testTarget(
            name: "AdminTests",
            dependencies: [
                "atelier-admin", "DatabaseSupport", "Documents", "Gateway", "GatewaySupport",
                "Ledger",
                "Pictures", "Postgres", "ProviderSupport", "Providers", "Terminal", "Threads",
                "Units",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests", dependencies: ["atelier", "Log", "Units"], swiftSettings: strict),
        .testTarget(
            name: "AcceptanceTests",
            dependencies: [
                "atelier", "atelier-admin", "DatabaseSupport", "Gateway", "GatewaySupport",
                "HTTP", "HTTPClient", "Ledger", "Postgres", "ProviderSupport", "Providers",
                "Schema",
                "SeedSupport",
                "TLSSupport", "Threads", "Units",
            ],
            exclude: [
                "receiver.py", "openai_client.py", "openrouter_client.py", "schemathesis.toml",
                "schemathesis_hooks.py", "claims.py", "curl_lines.sh", "edits.py",
                "openai_errors.py", "openai_pictures.py", "openrouter_pictures.py", "uploads.py",
                "described_answers.py", "generated", "generated_clients.py",
            ],
            swiftSettings: strict),
        tests(of: "Compression"),
        tests(
            of: "API",
            [
                "Gateway", "GatewaySupport", "HTTP", "Ledger", "Log", "Pictures", "Postgres",
                "ProviderSupport", "Providers", "SeedSupport", "Signing", "Storage", "Threads",
                "Units",
            ]),
    ]
)
