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
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: house)
}

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
  name: "qlaudd",
  targets: [
    room("Wire", [httpTypes]),
    room("Domain", ["Wire"]),
  ],
  swiftLanguageModes: [.v6]
)
package.dependencies = [
  .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0")
]
