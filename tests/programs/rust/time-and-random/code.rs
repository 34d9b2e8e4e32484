use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes
}

fn main() {
    assert!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap() > Duration::from_secs(1735689600));
    let before = Instant::now();
    thread::sleep(Duration::from_millis(10));
    assert!(before.elapsed() >= Duration::from_millis(10));
    assert_ne!(random(), random());
    assert_ne!(RandomState::new().build_hasher().finish(), RandomState::new().build_hasher().finish());
    println!("time and random");
}
