// swift-tools-version: 6.2
import PackageDescription

// The rooms and the arrows between them stand in README.md, "Architecture"; Tests/HouseTests holds them.
let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/qlaudd/\(name)", swiftSettings: house)
}
/// A release on Linux is linked by lld, which stands in the toolchain: packed relocations, no table of exported symbols
/// and the C++ runtime inside take a third off the time to start and six MiB off the memory.
let release: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-Xlinker", "-no-export-dynamic", "-Xlinker", "-z", "-Xlinker",
      "pack-relative-relocs", "-L\(Context.packageDirectory)/contrib/link",
    ], .when(platforms: [.linux], configuration: .release))
]
func program(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, swiftSettings: house,
    linkerSettings: release)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: house)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess: [Target.Dependency] = [
  .product(name: "Subprocess", package: "swift-subprocess"),
  .product(name: "SystemPackage", package: "swift-system"),
]
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
  name: "qlaudd",
  products: [
    .executable(name: "qlaudd", targets: ["Main"]),
    .executable(name: "qlaud", targets: ["Client"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // Without its default trait, which would bring all of Foundation.
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    room("Wire", [httpTypes]),
    room("Domain", ["Wire"]),
    .target(name: "CRank", path: "Sources/qlaudd/CRank"),
    room("Store", ["Domain", "Wire", "CRank", grdb, sqlite]),
    .target(name: "CVector", path: "Sources/qlaudd/CVector"),
    room("Search", ["Domain", "Wire", "CVector"]),
    .systemLibrary(
      name: "CSodium", path: "Sources/qlaudd/CSodium", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    room("Vault", ["CSodium"]),
    // Not linked: it opens libcurl when it is first needed.
    .target(name: "CCurl", path: "Sources/qlaudd/CCurl"),
    room("Outbound", ["Wire", "CCurl"]),
    room("Upstream", ["Outbound", "Domain", "Wire"]),
    room("Tools", ["Outbound", "Domain", "Wire"] + subprocess),
    room(
      "Engine",
      ["Store", "Vault", "Search", "Upstream", "Tools", "Domain", "Wire", lifecycle, logging]),
    room("API", ["Engine", "Domain", "Wire", httpTypes]),
    .target(name: "CHost", path: "Sources/qlaudd/CHost"),
    room("Server", ["Wire", "CHost", httpTypes, lifecycle, logging] + nio),
    program(
      "Main", "Sources/qlaudd/Main",
      [
        "API", "Engine", "Store", "Vault", "Search", "Outbound", "Upstream", "Tools", "Server",
        "Domain", "Wire", "CHost",
        argumentParser, lifecycle, logging,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    program("Client", "Sources/Client", ["Wire", argumentParser]),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    tests("HouseTests", []),
    tests("WireTests", ["Wire", httpTypes]),
    tests("DomainTests", ["Domain", "Wire"]),
    tests("VaultTests", ["Vault"]),
    tests("StoreTests", ["Store", "Domain", "Wire", grdb]),
    tests("SearchTests", ["Search", "CVector", "Domain", "Wire"]),
    tests("OutboundTests", ["Outbound", "Wire", "TestSupport"]),
    tests("UpstreamTests", ["Upstream", "Outbound", "Domain", "Wire", "TestSupport"]),
    tests("ToolsTests", ["Tools", "Outbound", "Domain", "Wire", "TestSupport"]),
    tests(
      "EngineTests",
      [
        "Tools", "Engine", "Store", "Vault", "Search", "Upstream", "Outbound", "Domain", "Wire",
        "TestSupport",
        logging,
      ]),
    tests("APITests", ["API", "Engine", "Upstream", "Domain", "Wire"]),
    tests(
      "ServerTests",
      ["Server", "TestSupport", "Wire", "CHost", httpTypes, lifecycle, logging] + nio),
    tests("ClientTests", ["Client", "Wire", argumentParser]),
    tests("EndToEndTests", ["Main", "Client", "Vault", "Wire", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
