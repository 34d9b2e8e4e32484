fn main() {
    for _ in 0..65536 {
        print!("0123456789abcdef");
    }
}
