use std::fs::{self, OpenOptions};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    fs::write("notes.txt", "first Ä\n")?;
    writeln!(OpenOptions::new().append(true).open("notes.txt")?, "second")?;
    print!("{}", fs::read_to_string("notes.txt")?);
    Ok(())
}
