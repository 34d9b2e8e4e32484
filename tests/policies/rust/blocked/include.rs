// rule: rust-files
fn main() { println!("{}", include_str!("/etc/passwd")); }
