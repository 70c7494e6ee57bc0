//! The program: everything is in the library.

fn main() -> std::process::ExitCode {
    avanochi::cli::run()
}
