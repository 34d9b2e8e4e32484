fn main() {
    println!("{}", "std::fs::read unsafe { }");
    println!("{}", r#"std::process::Command "unsafe {" "#);
    println!("{}", r"std::net \ ");
    let quote = '"'; let tick = '\''; let byte = b'"';
    println!("{quote}{tick}{byte} std::fs");
}
