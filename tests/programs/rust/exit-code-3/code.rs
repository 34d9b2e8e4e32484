fn main() {
    println!("said");
    std::process::exit(3);
}
