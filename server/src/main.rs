//! The `countersign` command.

/// What one thread allocates for a check, another frees: SQLite's, the writer's, the connection's. The system's
/// allocator makes them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::main()
}
