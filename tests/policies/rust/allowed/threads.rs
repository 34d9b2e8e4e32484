use std::sync::{mpsc, Arc, Mutex};
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    let total = Arc::new(Mutex::new(0));
    thread::spawn({ let total = total.clone(); move || { *total.lock().unwrap() += 1; tx.send(1).unwrap() } }).join().unwrap();
    println!("{} {}", rx.recv().unwrap(), std::env::args().count());
}
