//! The gateway alone, without the rest of `buckler`, for profilers: `cargo run --release -p gateway --example serve -- gateway.toml`.
//!
//! It ends when its standard input does.
use std::io::Read as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).ok_or("name a configuration file")?;
    let running = gateway::start(gateway::Config::from_file(std::path::Path::new(&file))?)?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    running.stop();
    Ok(())
}
