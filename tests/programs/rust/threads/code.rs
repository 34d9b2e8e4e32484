use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::thread;

fn main() {
    let sum = Arc::new(AtomicU32::new(0));
    let threads: Vec<_> = (0..8)
        .map(|i| {
            let sum = Arc::clone(&sum);
            thread::spawn(move || sum.fetch_add(i, Ordering::SeqCst))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("{}", sum.load(Ordering::SeqCst));
}
