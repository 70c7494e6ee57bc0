//! The commonest passwords, as a few rules and a list of words: what whoever guesses tries first.

/// Words that the usual lists of passwords begin with, alone or with a few digits around them.
const WORDS: &str = "\
abcd abcde abcdef access admin administrator adrian alejandro alex alexander alexandra alexis amanda amsterdam anaconda \
andrea andrew angel angela angelica angels animal anthony apollo apple arsenal arthur asdf asdfasdf asdfg asdfgh asdfghj \
ashley asshole august austin australia autumn azerty babygirl babylon backspace badboy badger bailey balloon banana bandit \
barcelona barney baseball basketball batman beatles beautiful benjamin berlin bigdaddy bitches blackcat blackjack blessed \
blessing blink bluebird bond booboo boomer boston brandon brasil brazil broncos brooklyn brother bubbles buddy bulldog \
bullshit buster butterfly california camaro cameron canada captain carlos caroline cassie catalina champion changeme charles \
charlie charlotte cheese chelsea cherry chester chicago chicken chocolate chris christian christina christine christmas \
christopher claudia coffee colorado computer contrasena contraseña cookie cool corvette country courtney cowboy cowboys \
creative crystal cynthia daddy dakota dallas daniel daniela danielle darkness darkside david december default defender denis \
dennis destiny detroit diablo diamond dolphin dolphins dominic donald dragon dragonball dreams dubai eagles eduardo einstein \
elephant elizabeth eminem emmanuel england enter erotic estrella everton evolution excalibur explorer extreme facebook falcon \
family fantasy fender ferrari fireball firebird fishing florida flower flowers football forever formula france francesco \
francisco frankie freedom freepass friday friend friends fucker fuckoff fuckyou gabriel gandalf garden gateway gemini general \
genesis george gerald germany ghost giants gibson gilbert ginger giovanni girls google gordon grandma graphics green guitar \
gunner hallo hammer hannah happiness happy hardcore harley harrison hawaii heather heaven hello helloworld helpme hercules \
hockey holiday homer honda hooters hotdog hottie houston hunter hunting iceman iloveme iloveu iloveyou indiana infinity \
internet ironman isabella isabelle island italia jackie jackson jaguar james january jasmine jasper javier jennifer jeremy \
jessica jessie jesus jesuschrist johnny jonathan jordan joseph joshua junior justin kawasaki kevin killer killers kimberly \
kingdom kitten knight kristina ladybug lakers lauren lebron legend leonardo letmein liberty liverpool logitech london looking \
lorenzo loser love lovely loveme lover lovers loveyou lucky madison madrid maggie magic malcolm manager manchester marcus \
margaret maria marina marine marines mario marlboro marseille martin martina master matrix matthew maverick maxwell mercedes \
mercury merlin messi metallica mexico michael michelle michigan mickey midnight million minecraft miranda mobile mohamed \
monday money monica monika monkey monster montana morgan mother motorola mountain muffin murphy music mustang myspace naruto \
nascar natalia natalie natasha nathan naughty newyork nicholas nicolas nicole nintendo nirvana nothing november ocean october \
oliver orange packers paradise paris parker parola pass passat passion passport password passwort patches patricia patrick \
peaches peanut pebbles penguin people pepper peter phantom philips phoenix pirate playboy player playstation pokemon poohbear \
popcorn porsche portugal precious prince princesa princess private property psycho puppy purple pussy qazwsx qazwsxedc qweasd \
qweasdzxc qwer qwert qwerty qwertyu qwertz rabbit rachel raiders rainbow ranger rangers raymond rebecca redskins redsox \
republic research revolution richard river robert roberto rocket rockstar rockyou roland romance ronaldo rosebud royal russia \
russian sabrina samantha samsung sandra santa santiago saturday saturn scarface school scooby scooter scorpion scotland \
sebastian secret senha september sergey seven sexy shadow shannon shelby sierra silver simple simpsons sister skater slayer \
slipknot smile smokey snickers snoopy snowball snowman soccer software soldier soleil sophie spanky sparky special spider \
spiderman spirit spring squirrel stalker stanley starfish startrek starwars steelers stella stephanie stephen steven \
strawberry stupid success summer sunday sunflower sunrise sunset sunshine super superman supernova superstar suzuki sweet \
sweetie swordfish system target taylor teacher telefon tennis teresa test testing testpass thailand thankyou therock thomas \
thunder thursday tiffany tiger tigger tinkerbell titanic tomcat tottenham toyota travis trinity trouble truelove trustno \
tuesday turtle twilight undertaker unicorn united universe valentina vampire vanessa veronica victor victoria victory video \
viking vincent violet virginia virtual volleyball voyager walter warcraft warrior webmaster wednesday welcome whatever \
william williams windows winner winston winter wizard wolverine wonderful wrestling xavier yamaha yankees yellow yourmom \
zaqwsx zxcv zxcvb zxcvbn";

/// What no rule tells of.
const OTHERS: &[&str] = &[
    "0987654321",
    "102030405060",
    "11223344",
    "1122334455",
    "112233445566",
    "11235813",
    "12301230",
    "12344321",
    "123454321",
    "123321123",
    "123654789",
    "12qwaszx",
    "12345qwert",
    "134679852",
    "147258369",
    "147852369",
    "159357258",
    "159753258",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "1qazxsw2",
    "27182818",
    "31415926",
    "314159265",
    "741852963",
    "789456123",
    "963852741",
    "987456321",
    "a1b2c3d4",
    "a1s2d3f4",
    "a1b2c3d4e5",
    "aqwzsxedc",
    "asdfzxcv",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "qwaszx12",
    "qwaszxqw",
    "zaq12wsx",
    "zaq1xsw2",
    "zaq1zaq1",
    "z1x2c3v4",
    "iloveyou",
];

/// The keys as they lie beside each other, on three keyboards.
const ROWS: &str = "1234567890 qwertyuiopasdfghjklzxcvbnm qwertyuiop[] asdfghjkl;' zxcvbnm,./ azertyuiopqsdfghjklm wxcvbn qwertzuiop yxcvbnm \
     abcdefghijklmnopqrstuvwxyz 01234567890";

/// How many characters around a word make no difference.
const AROUND: usize = 4;

/// Whether the password, regardless of case and of digits in the place of letters, is one of the commonest.
pub fn is_common(password: &str) -> bool {
    let text = password.to_lowercase();
    OTHERS.contains(&text.as_str()) || is_plain(&text) || runs(&text).iter().all(|run| is_plain(run)) || is_a_word(&text)
}

/// Something repeated, or keys beside each other.
fn is_plain(text: &str) -> bool {
    is_repeated(text) || is_row(text)
}

/// One to four characters, over and over.
fn is_repeated(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=4).any(|unit| characters.len() >= 2 * unit && characters.iter().zip(&characters[unit..]).all(|(one, next)| one == next))
}

/// Keys in the order of a row, from either end.
fn is_row(text: &str) -> bool {
    let backwards: String = text.chars().rev().collect();
    text.chars().nth(2).is_some() && ROWS.split(' ').any(|row| row.contains(text) || row.contains(&backwards))
}

/// The text as runs of letters, of digits, and of other characters.
fn runs(text: &str) -> Vec<&str> {
    let kind = |c: char| (c.is_alphabetic(), c.is_numeric());
    let mut runs = Vec::new();
    let mut start = 0;
    for ((_, before), (index, c)) in text.char_indices().zip(text.char_indices().skip(1)) {
        if kind(before) != kind(c) {
            runs.push(&text[start..index]);
            start = index;
        }
    }
    runs.push(&text[start..]);
    runs
}

/// A word of the list, perhaps twice, with little or only a row of keys around it.
fn is_a_word(text: &str) -> bool {
    let around = |c: char| !c.is_alphabetic();
    // What stands for a letter at an end, as in `pa$$w0rd` and `$ecret`, is tried as one too.
    [text.trim_matches(around), text.trim_end_matches(around), text].into_iter().any(|core| {
        let outside = text.replacen(core, "", 1);
        let little = outside.chars().count() <= AROUND || is_plain(&outside);
        little && spellings(core).iter().any(|word| is_listed(word))
    })
}

fn is_listed(word: &str) -> bool {
    let listed = |word: &str| WORDS.split(' ').any(|known| known == word);
    let half = word.len() / 2;
    listed(word) || (word.is_char_boundary(half) && word[..half] == word[half..] && listed(&word[..half]))
}

/// The word with letters in the place of the digits and signs that look like them. A one may be two letters.
fn spellings(word: &str) -> [String; 2] {
    ['i', 'l'].map(|one| {
        let letter = |c| match c {
            '0' => 'o',
            '1' | '!' | '|' => one,
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' | '+' => 't',
            '8' => 'b',
            other => other,
        };
        word.chars().map(letter).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_common() {
        for common in [
            "password",
            "Password",
            "PASSWORD1",
            "password123",
            "password1234",
            "passw0rd",
            "P@ssw0rd",
            "Pa$$w0rd!",
            "p4ssword",
            "12345678",
            "123456789",
            "1234567890",
            "87654321",
            "0123456789",
            "00000000",
            "11111111",
            "aaaaaaaa",
            "12341234",
            "123123123",
            "19851985",
            "qwertyui",
            "qwertyuiop",
            "poiuytrewq",
            "asdfghjkl",
            "qwer1234",
            "1234qwer",
            "abcd1234",
            "abc12345",
            "asdf1234",
            "aa123456",
            "1q2w3e4r",
            "1qaz2wsx",
            "zaq12wsx",
            "11223344",
            "147258369",
            "789456123",
            "iloveyou",
            "iloveyou2",
            "sunshine",
            "Sunshine1!",
            "princess",
            "football",
            "Football1",
            "baseball",
            "superman",
            "batman123",
            "trustno1",
            "letmein1",
            "welcome1",
            "Welcome2024",
            "welcome123",
            "monkey123",
            "dragon12",
            "master123",
            "michael1",
            "jordan23",
            "charlie1",
            "computer",
            "internet",
            "whatever",
            "starwars",
            "admin123",
            "administrator",
            "changeme",
            "liverpool1",
            "arsenal1",
            "testtest",
            "test1234",
            "testing123",
            "love1234",
            "lovelove",
            "jennifer",
            "jonathan",
            "qwertz12",
            "azertyuiop",
            "contraseña",
            "contraseña1",
            "summer2024",
            "2024summer",
            "abcdefgh",
            "hgfedcba",
            "password12345678",
            "1111aaaa",
            "secret123",
            "$ecret12",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn what_nobody_tries_first_is_not() {
        for good in [
            "correct horse battery",
            "long enough",
            "correct horse",
            "another password",
            "Tr0ub4dor&3",
            "sunshine over water",
            "dragon83749102",
            "87412093",
            "xk7tq9ab",
            "mañana será otro día",
            "密码是一个秘密呢",
            "nine words",
            "password manager",
            "qwertykeyboard",
            "aaaaaaab",
        ] {
            assert!(!is_common(good), "{good}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_has_no_short_words() {
        let words: Vec<&str> = WORDS.split(' ').collect();
        assert!(words.len() > 500 && words.is_sorted(), "{}", words.len());
        assert!(words.iter().all(|word| word.chars().count() >= 4 && word.to_lowercase() == **word), "{words:?}");
    }
}
