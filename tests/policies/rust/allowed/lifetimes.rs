struct Text<'a> { part: &'a str }

impl<'a> Text<'a> {
    fn part<'b: 'a>(&'b self) -> &'a str { self.part }
}

fn main() { let t = Text { part: "std::fs" }; println!("{}{}", t.part(), 'x'); }
