//! Who the stories are about: invented people and companies, from many places.

use super::dice::Dice;

/// Names that belong together, and where such a customer lives.
struct Place {
    first: &'static [&'static str],
    last: &'static [&'static str],
    addresses: &'static [&'static str],
}

const PLACES: &[Place] = &[
    Place {
        first: &["Ngozi", "Chidi", "Amara", "Emeka"],
        last: &["Eze", "Adeyemi", "Balogun", "Nwosu"],
        addresses: &["14 Awolowo Road, Lagos", "3 Trans Amadi, Port Harcourt"],
    },
    Place {
        first: &["Meera", "Rohan", "Ananya", "Vikram"],
        last: &["Iyer", "Menon", "Banerjee", "Kulkarni"],
        addresses: &["27 Lavelle Road, Bengaluru", "8 Park Street, Kolkata"],
    },
    Place {
        first: &["Zofia", "Marek", "Kasia", "Piotr"],
        last: &["Nowak", "Mazur", "Wójcik", "Kaczmarek"],
        addresses: &["ul. Długa 12, Gdańsk", "ul. Nowy Świat 31, Warszawa"],
    },
    Place {
        first: &["Haruka", "Kenji", "Yui", "Sota"],
        last: &["Tanaka", "Mori", "Ishikawa", "Kobayashi"],
        addresses: &["2-8-1 Nakano, Tokyo", "5-12 Kitano, Kobe"],
    },
    Place {
        first: &["Luiza", "Thiago", "Beatriz", "Caio"],
        last: &["Almeida", "Ferreira", "Cardoso", "Teixeira"],
        addresses: &["Rua Augusta 1508, São Paulo", "Rua da Aurora 77, Recife"],
    },
    Place {
        first: &["Elif", "Emre", "Zeynep", "Kerem"],
        last: &["Yılmaz", "Aydın", "Koç", "Şahin"],
        addresses: &["Bağdat Caddesi 214, İstanbul", "Kordon 9, İzmir"],
    },
    Place {
        first: &["Layla", "Omar", "Yasmin", "Karim"],
        last: &["Mansour", "Nasser", "Khalil", "Benali"],
        addresses: &["6 Rue Hamra, Beirut", "41 Boulevard Anfa, Casablanca"],
    },
    Place {
        first: &["Siobhán", "Conor", "Niamh", "Declan"],
        last: &["Byrne", "Walsh", "Ó Briain", "Kavanagh"],
        addresses: &["19 Clanbrassil Street, Dublin", "2 Shop Street, Galway"],
    },
    Place {
        first: &["Ximena", "Diego", "Valeria", "Mateo"],
        last: &["Hernández", "Castillo", "Rojas", "Fuentes"],
        addresses: &["Calle Orizaba 88, Ciudad de México", "Av. Chapultepec 450, Guadalajara"],
    },
    Place {
        first: &["Linh", "Minh", "Thảo", "Quang"],
        last: &["Nguyễn", "Trần", "Phạm", "Đặng"],
        addresses: &["12 Hàng Bạc, Hà Nội", "45 Lê Lợi, Đà Nẵng"],
    },
    Place {
        first: &["Ji-woo", "Min-jun", "Seo-yeon", "Ha-eun"],
        last: &["Park", "Choi", "Kang", "Yoon"],
        addresses: &["31 Insadong-gil, Seoul", "7 Haeundae-ro, Busan"],
    },
    Place {
        first: &["Freja", "Elias", "Astrid", "Johan"],
        last: &["Lindgren", "Åkesson", "Dahl", "Sørensen"],
        addresses: &["Storgatan 5, Malmö", "Nørregade 40, Aarhus"],
    },
];

const COMPANIES: &[&str] = &[
    "Marchetti Ceramics",
    "Okonkwo Textiles",
    "Nakamura Optics",
    "Baptista & Filhos",
    "Kowalczyk Print",
    "Haddad Spice Trading",
    "Jansen Cycle Parts",
    "O'Dowd Brewing Supply",
    "Sharma Diagnostics",
    "Vasquez Roofing",
    "Hoang Packaging",
    "Demir Marble",
];

/// Somebody a story is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The subject of the run.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Their day of birth; empty for companies.
    pub born: String,
    /// Where they live.
    pub address: String,
}

/// The customer of the first story.
pub fn aarav_shah() -> Customer {
    Customer {
        id: "cust_456".to_owned(),
        name: "Aarav Shah".to_owned(),
        email: "aarav.shah@mail.example".to_owned(),
        born: "1988-04-17".to_owned(),
        address: "12 Elm Grove, Leeds".to_owned(),
    }
}

/// The customer of the second.
pub fn lindqvist_freight() -> Customer {
    company("Lindqvist Freight", "cust_812".to_owned())
}

/// Some person.
pub fn person(number: u64, dice: &mut Dice) -> Customer {
    let place = in_turn(PLACES, number);
    let name = format!("{} {}", dice.pick(place.first), dice.pick(place.last));
    let (year, month, day) = (dice.between(1951, 2003), dice.between(1, 12), dice.between(1, 28));
    Customer {
        id: id(number),
        email: format!("{}@mail.example", mailbox(&name)),
        name,
        born: format!("{year}-{month:02}-{day:02}"),
        address: dice.pick(place.addresses).to_owned(),
    }
}

/// Some company.
pub fn some_company(number: u64) -> Customer {
    company(in_turn::<&str>(COMPANIES, number), id(number))
}

fn company(name: &str, id: String) -> Customer {
    Customer {
        id,
        email: format!("accounts@{}.example", mailbox(name).replace('.', "-")),
        name: name.to_owned(),
        born: String::new(),
        address: String::new(),
    }
}

/// The same one never comes twice in a row.
fn in_turn<T>(among: &[T], number: u64) -> &T {
    let place = number.wrapping_mul(5) % among.len() as u64;
    &among[usize::try_from(place).unwrap_or(0)]
}

fn id(number: u64) -> String {
    format!("cust_{}", 1_000 + number)
}

/// The name as the part of an address before the `@`: plain letters, joined by dots.
fn mailbox(name: &str) -> String {
    let plain: String = name.chars().filter_map(plain_letter).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(".")
}

fn plain_letter(letter: char) -> Option<char> {
    let plain = match letter.to_lowercase().next()? {
        'ó' | 'ô' | 'ø' | 'ö' => 'o',
        'ç' | 'ć' => 'c',
        'ş' => 's',
        'á' | 'ã' | 'å' | 'ạ' | 'ả' | 'ầ' | 'ặ' | 'ă' => 'a',
        'é' | 'ễ' => 'e',
        'ı' | 'í' => 'i',
        'đ' => 'd',
        plain => plain,
    };
    (plain.is_ascii_alphanumeric() || plain == ' ').then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_address_a_mail_server_would_take() {
        for number in 0..500 {
            let mut dice = Dice::of(1, number);
            for customer in [person(number, &mut dice), some_company(number)] {
                let (mailbox, host) = customer.email.split_once('@').expect("an address");
                assert!(mailbox.len() > 3 && host.ends_with(".example"), "{customer:?}");
                assert!(customer.email.is_ascii() && !customer.email.contains(".."), "{customer:?}");
            }
        }
    }
}
