// rule: rust-files rust-network
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    net::TcpStream,
};

fn main() {
    let _: HashMap<u8, u8> = HashMap::new();
}
