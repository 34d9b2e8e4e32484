mod fs { pub fn open(x: u8) -> u8 { x } }
mod process { pub struct Command; impl Command { pub fn run(&self) -> u8 { 1 } } }

fn main() { println!("{}", fs::open(1) + process::Command.run()); }
