use std::io;

fn main() {
    let (mut bytes, mut lines) = (0, 0);
    for line in io::stdin().lines() {
        bytes += line.unwrap().len() + 1;
        lines += 1;
    }
    println!("{bytes} bytes, {lines} lines");
}
