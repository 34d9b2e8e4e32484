fn main() {
    let n: i32 = 1;
    println!("{}", n + undeclared);
}
