fn main() -> std::process::ExitCode {
    belt::commands::main()
}
