// swift-tools-version: 6.2
import PackageDescription

// Libraries know nothing of the command line; features know nothing of each other. The arrows go one way:
// muster → features → Replication, SQLText, PostgresClient → C. See CONTRIBUTING.md.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let subprocess: [Target.Dependency] = [
  .product(name: "Subprocess", package: "swift-subprocess"),
  .product(name: "SystemPackage", package: "swift-system"),
]

/// The command line carries Swift's libraries with it: it starts in half the time, and runs where there is no toolchain. What
/// follows the flag is what Foundation's archives need of each other. At a fixed place in memory it needs two megabytes less,
/// and no time to be relocated.
let selfContained = LinkerSetting.unsafeFlags(
  [
    "-Xclang-linker", "-no-pie", "-Xclang-linker", "-static-libgcc", "-static-stdlib",
    "-Xlinker", "--no-export-dynamic", "-l_FoundationCShims", "-l_FoundationCollections",
    "-lswiftSynchronization", "-lstdc++",
  ], .when(platforms: [.linux]))

let package = Package(
  name: "muster",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "muster", targets: ["muster"]),
    .library(name: "PostgresClient", targets: ["PostgresClient"]),
    .library(name: "SQLText", targets: ["SQLText"]),
    .library(name: "Catalog", targets: ["Catalog"]),
    .library(name: "Migrations", targets: ["Migrations"]),
    .library(name: "Verification", targets: ["Verification"]),
    .library(name: "Seeding", targets: ["Seeding"]),
    .library(name: "Replication", targets: ["Replication"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(name: "CLibYAML", providers: [.apt(["libyaml-dev"])]),
    library("PostgresClient", ["CLibPQ"]),
    library("SQLText"),
    library("Replication", ["PostgresClient"]),
    library(
      "TemporaryCluster",
      ["PostgresClient"] + subprocess),
    .target(name: "CExtensionScript"),
    .systemLibrary(name: "CLibCrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    library("Digest", ["CLibCrypto"]),
    library("Catalog", ["PostgresClient", "Digest"]),
    library(
      "Migrations",
      [
        "PostgresClient", "SQLText", "Catalog", "Digest", "CExtensionScript",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    library("SeededRandom"),
    library("Seeding", ["PostgresClient", "SeededRandom"]),
    library(
      "Verification",
      [
        "PostgresClient", "Replication", "SeededRandom", "CLibYAML",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    library("Benchmarking", ["PostgresClient"] + subprocess),
    .executableTarget(
      name: "muster",
      dependencies: [
        "PostgresClient", "SQLText", "Catalog", "Migrations", "Verification", "Seeding", "Benchmarking",
        "TemporaryCluster",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ] + subprocess,
      swiftSettings: settings, linkerSettings: [selfContained]),
    .target(
      name: "TestSupport", dependencies: ["PostgresClient", "Migrations", "TemporaryCluster"] + subprocess,
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("PostgresClient", ["PostgresClient", "TemporaryCluster", "TestSupport"]),
    .systemLibrary(name: "CPgQuery", providers: [.apt(["libpg-query-dev"])]),
    tests(
      "SQLText",
      ["SQLText", "CPgQuery", "SeededRandom", "PostgresClient", "TemporaryCluster"] + subprocess,
      exclude: ["Cases"]),
    tests("Replication", ["Replication", "TemporaryCluster", "TestSupport"]),
    tests(
      "TemporaryCluster",
      ["TemporaryCluster", "PostgresClient", "TestSupport", "with-cluster"] + subprocess),
    .executableTarget(
      name: "with-cluster", dependencies: ["TemporaryCluster"] + subprocess, path: "Tests/with-cluster",
      swiftSettings: settings),
    tests("Catalog", ["Catalog", "Migrations", "PostgresClient", "TemporaryCluster", "TestSupport"]),
    tests("Migrations", ["Migrations", "Digest", "SQLText", "TemporaryCluster", "TestSupport"]),
    tests("Seeding", ["Seeding", "PostgresClient", "TemporaryCluster", "TestSupport"]),
    tests("Verification", ["Verification", "PostgresClient", "TemporaryCluster", "TestSupport"]),
    tests(
      "Benchmarking", ["Benchmarking", "PostgresClient", "TemporaryCluster", "TestSupport"] + subprocess),
    tests("muster", ["Catalog", "TemporaryCluster", "TestSupport"] + subprocess),
  ]
)
