fn main() {
    let place = std::env::args().count() - 1;
    unsafe { *(place as *mut i32) = 1 };
}
