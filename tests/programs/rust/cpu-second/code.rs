fn main() {
    let mut x = 1u32;
    for _ in 0..300_000_000 {
        x = std::hint::black_box(x.wrapping_mul(1103515245).wrapping_add(12345) & 0x7fffffff);
    }
    println!("{x}");
}
