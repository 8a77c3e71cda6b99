//! What played people say: short and long, in several scripts, the same at every run.

/// Small, seeded and repeatable; nothing secret is drawn from it.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

/// Names of played people.
pub(crate) const NAMES: [&str; 30] = [
    "Ada Brandt",
    "Yusuf Demir",
    "Olena Kovalenko",
    "林美玲",
    "José Álvarez",
    "Priya Nair",
    "فاطمة الزهراء",
    "Jonas Weber",
    "Мария Иванова",
    "田中 さくら",
    "Chloé Martin",
    "Kwame Mensah",
    "Sofia Rossi",
    "דניאל לוי",
    "Nguyễn Văn An",
    "Ingrid Solberg",
    "Άννα Παπαδοπούλου",
    "अनिल कुमार",
    "Tom O'Brien",
    "김민준",
    "Luca Ferrari",
    "Zoë van Dijk",
    "علی رضایی",
    "Petra Nováková",
    "Amara Okafor",
    "Miguel Santos",
    "Hanna Lindqvist",
    "Юрий Петров",
    "Omar Haddad",
    "Grandma 🌻",
];

const SENTENCES: [&str; 28] = [
    "Are you coming tonight?",
    "I am on the train, ten minutes late.",
    "Can you send me the address again?",
    "Thank you!",
    "Happy birthday 🎂🎉",
    "That was a lovely evening.",
    "Ich bringe Brot und Käse mit.",
    "Hast du den Schlüssel gefunden?",
    "Wir sehen uns am Dienstag um halb acht.",
    "On se retrouve devant la gare ?",
    "¿Quedamos mañana a las ocho?",
    "Ci vediamo dopo il lavoro.",
    "Привет! Как дела?",
    "Я уже дома, позвони мне вечером.",
    "Дякую, все добре 💛",
    "مرحبا، كيف حالك اليوم؟",
    "سأصل بعد نصف ساعة إن شاء الله.",
    "צריך לקנות חלב ולחם",
    "明天下午三点见。",
    "我已经到了,你在哪里?",
    "ありがとうございます!",
    "電車が遅れています🚃",
    "내일 시간 있어요?",
    "कल मिलते हैं।",
    "Τα λέμε το βράδυ!",
    "👍",
    "😂😂😂",
    "👩‍👩‍👧‍👦 all five of us are coming",
];

const LONG: [&str; 3] = [
    "I thought about what you said yesterday, and I believe that you are right: we should take the early train, leave the \
     bags at the station and walk along the river first. If it rains there is the museum, which is open until six.",
    "Kurze Liste, bevor ich es vergesse: Milch, Eier, zwei Gurken, Batterien für die Lampe, und ruf bitte bei der Werkstatt \
     an – sie haben bis 17 Uhr offen und wollten wissen, ob sie die Reifen gleich mitmachen sollen.",
    "Вчера весь вечер разбирали старые фотографии. Нашлись снимки с той поездки на озеро, где мы все промокли до нитки. \
     Отсканирую их на выходных и пришлю тебе.",
];

const REPLIES: [&str; 8] = [
    "Good question!",
    "Yes, of course 🙂",
    "Let me think about it.",
    "Ha, I wanted to ask you the same.",
    "На связи!",
    "Ich melde mich gleich.",
    "好的,没问题。",
    "أكيد",
];

/// Something that one writes to a friend.
pub(crate) fn say(dice: &mut Dice) -> String {
    match dice.below(10) {
        0 => dice.pick(&LONG).to_owned(),
        1 | 2 => format!("{} {}", dice.pick(&SENTENCES), dice.pick(&SENTENCES)),
        _ => dice.pick(&SENTENCES).to_owned(),
    }
}

/// An answer.
pub(crate) fn reply(dice: &mut Dice) -> String {
    dice.pick(&REPLIES).to_owned()
}

/// How many of `messages` each of `chats` gets: few get most, as in life; everyone gets one, nobody above `largest`.
pub(crate) fn spread(messages: usize, chats: usize, largest: usize) -> Vec<usize> {
    let weights: Vec<f64> = (1..=chats).map(|rank| 1.0 / f64::from(u32::try_from(rank).unwrap_or(u32::MAX))).collect();
    let sum: f64 = weights.iter().sum();
    let total = f64::from(u32::try_from(messages).unwrap_or(u32::MAX));
    let mut counts: Vec<usize> =
        weights.iter().map(|weight| ((total * weight / sum) as usize).clamp(1, largest.max(1))).collect();
    // What rounding and the limit left over goes round, from the small end.
    let mut left = messages.saturating_sub(counts.iter().sum());
    while left > 0 && counts.iter().any(|count| *count < largest) {
        for count in counts.iter_mut().rev().filter(|count| **count < largest) {
            if left == 0 {
                break;
            }
            *count += 1;
            left -= 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_messages_are_spread_and_nobody_gets_more_than_the_largest() {
        let counts = spread(100_000, 1_000, 10_000);
        assert_eq!(counts.iter().sum::<usize>(), 100_000);
        assert_eq!(counts.len(), 1_000);
        assert_eq!(counts.iter().max(), Some(&10_000));
        assert!(counts.iter().all(|count| *count >= 1));
        assert_eq!(spread(2_000, 30, 2_000).iter().sum::<usize>(), 2_000);
    }

    #[test]
    fn people_say_the_same_at_every_run() {
        let say_ten = || {
            let mut dice = Dice::new(7);
            (0..10).map(|_| say(&mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(say_ten(), say_ten());
        assert!(say_ten().iter().any(|text| *text != say_ten()[0]));
    }
}
