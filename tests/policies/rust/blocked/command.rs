// rule: rust-process
use std::process::Command;

fn main() {
    Command::new("ls").status().unwrap();
}
