fn main() {
    println!("before");
    panic!("the reason 42");
}
