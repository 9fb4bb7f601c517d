/// The program's version, by https://semver.org.
let programVersion = "0.1.0"
