use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};

fn main() {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for line in io::stdin().lock().lines() {
        *counts.entry(line.unwrap()).or_insert(0) += 1;
    }
    let sorted: BTreeMap<_, _> = counts.iter().collect();
    writeln!(io::stdout(), "{:?}", sorted).unwrap();
    std::process::exit(0);
}
