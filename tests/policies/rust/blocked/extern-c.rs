// rule: rust-native
extern "C" {
    fn system(command: *const i8) -> i32;
}

fn main() {}
