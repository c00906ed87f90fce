//! Arguments in, exit status out.

fn main() -> std::process::ExitCode {
    prefsmith::cli::main()
}
