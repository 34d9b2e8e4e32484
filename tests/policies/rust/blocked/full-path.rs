// rule: rust-files
fn main() {
    println!("{}", std::fs::read_to_string("/etc/passwd").unwrap());
}
