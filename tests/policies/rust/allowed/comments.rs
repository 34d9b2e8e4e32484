/* std::fs /* nested: unsafe { } */ std::net */
// use std::process::Command;
/// Like std::fs, but not.
fn main() { println!("x"); }
