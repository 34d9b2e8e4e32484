// rule: rust-native
fn first<'a>(s: &'a str) -> &'a str { unsafe { s.get_unchecked(0..1) } }

fn main() { println!("{}", first("abc")); }
