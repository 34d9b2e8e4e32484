fn main() {
    let huge: Vec<u8> = Vec::with_capacity(1 << 46);
    println!("{}", huge.len());
    std::hint::black_box(huge);
}
