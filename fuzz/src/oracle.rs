//! A second reader of JSON, written on its own: what the first one must accept, and what it must refuse.

/// Nesting that is still read.
const DEEPEST: usize = 64;
/// The largest integer every reader agrees on.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// Names under which the library would take a text for JSON.
const PRIVATE: &str = "$serde_json::private::";

/// JSON as it was written: the members of an object in their order, numbers as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// `null`, `true` or `false`.
    Word(String),
    /// A string, without its escapes.
    Text(String),
    /// A number as it was written.
    Number(String),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

/// The value, if these bytes have one reading and no other.
pub fn read(bytes: &[u8]) -> Option<Seen> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader { rest: text };
    let seen = reader.value(0)?;
    reader.skip();
    reader.rest.is_empty().then_some(seen)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes this, if it comes next.
    fn take(&mut self, what: &str) -> Option<()> {
        self.skip();
        self.rest = self.rest.strip_prefix(what)?;
        Some(())
    }

    fn cut(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn value(&mut self, depth: usize) -> Option<Seen> {
        self.skip();
        match self.rest.as_bytes().first()? {
            b'{' | b'[' if depth >= DEEPEST => None,
            b'{' => self.object(depth + 1),
            b'[' => self.list(depth + 1),
            b'"' => self.string().map(Seen::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let word = ["null", "true", "false"].into_iter().find(|word| self.rest.starts_with(word))?;
                Some(Seen::Word(self.cut(word.len()).to_owned()))
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Seen> {
        self.take("[")?;
        let mut items = Vec::new();
        if self.take("]").is_some() {
            return Some(Seen::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take("]").is_some() {
                return Some(Seen::List(items));
            }
            self.take(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Seen> {
        self.take("{")?;
        let mut members: Vec<(String, Seen)> = Vec::new();
        if self.take("}").is_some() {
            return Some(Seen::Object(members));
        }
        loop {
            self.skip();
            let name = self.string()?;
            self.take(":")?;
            let value = self.value(depth)?;
            if name.starts_with(PRIVATE) || members.iter().any(|(known, _)| *known == name) {
                return None;
            }
            members.push((name, value));
            if self.take("}").is_some() {
                return Some(Seen::Object(members));
            }
            self.take(",")?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.rest = self.rest.strip_prefix('"')?;
        let mut text = String::new();
        loop {
            let letter = self.rest.chars().next()?;
            self.cut(letter.len_utf8());
            match letter {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                '\0'..' ' => return None,
                other => text.push(other),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let letter = self.rest.chars().next().filter(char::is_ascii)?;
        self.cut(1);
        Some(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                // The first half of a pair, which has no reading alone.
                self.rest = self.rest.strip_prefix("\\u")?;
                let second = self.unit().filter(|second| (0xdc00..0xe000).contains(second))?;
                char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        self.cut(4);
        u32::from_str_radix(digits, 16).ok()
    }

    fn digits(&self, from: usize) -> usize {
        self.rest.as_bytes()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    fn number(&mut self) -> Option<Seen> {
        let bytes = self.rest.as_bytes();
        let start = usize::from(bytes[0] == b'-');
        let whole = self.digits(start);
        if whole == 0 || (whole > 1 && bytes[start] == b'0') {
            return None;
        }
        let mut end = start + whole;
        if bytes.get(end) == Some(&b'.') {
            let fraction = self.digits(end + 1);
            end += (fraction > 0).then_some(1 + fraction)?;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let power = self.digits(end + 1 + sign);
            end += (power > 0).then_some(1 + sign + power)?;
        }
        let text = self.cut(end);
        // The nearest of the numbers every reader knows; a whole one beyond the largest is near several.
        let number: f64 = text.parse().ok()?;
        let has_one_reading = number.is_finite() && (number.fract() != 0.0 || number.abs() <= LARGEST);
        has_one_reading.then(|| Seen::Number(text.to_owned()))
    }
}
