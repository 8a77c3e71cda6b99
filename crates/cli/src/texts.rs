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

/// `{n}` is a number from 2 to 59; a list in braces, parted by bars, is chosen from.
const SENTENCES: [&str; 28] = [
    "Are you coming {tonight|tomorrow|on Tuesday|to the concert|for lunch|on Saturday morning}?",
    "I am on the {train|bus|tram|motorway}, {n} minutes late.",
    "Can you send me {the address|Lena's number|the photos|the recipe|that link|the tickets} again?",
    "Thank you{!| so much!| for the {flowers|book|lift|cake}!}",
    "Happy birthday 🎂🎉",
    "That was a lovely {evening|walk|dinner|surprise|afternoon}.",
    "Ich bringe {Brot und Käse|einen Salat|Kuchen|die Getränke|{n} Stühle} mit.",
    "Hast du {den Schlüssel|meine Jacke|das Ladekabel|deine Brille} gefunden?",
    "Wir sehen uns am {Montag|Dienstag|Donnerstag|Sonntag} um {sieben|halb acht|neun|elf}.",
    "On se retrouve {devant la gare|au café|chez toi|à la piscine} {ce soir|demain|samedi} ?",
    "¿Quedamos {mañana|el viernes|el domingo} a las {siete|ocho|nueve y media}?",
    "Ci vediamo {dopo il lavoro|in piazza|domani sera|al mercato}.",
    "Привет! Как {дела|прошла неделя|доехали|мама}?",
    "Я уже {дома|в поезде|на месте}, позвони мне {вечером|завтра|через {n} минут}.",
    "Дякую, {все добре|я вже вдома|до завтра|побачимось у неділю} 💛",
    "{مرحبا|أهلا}، كيف حالك اليوم؟",
    "سأصل بعد {نصف ساعة|ساعة|{n} دقيقة} إن شاء الله.",
    "צריך לקנות {חלב ולחם|ביצים|פירות|קפה}",
    "{明天|星期五|后天}{上午|下午|晚上}{两|三|八}点见。",
    "我已经到了,你在哪里?",
    "{ありがとう|おつかれさま|誕生日おめでとう}ございます!",
    "電車が{n}分遅れています🚃",
    "{내일|토요일에|저녁에} 시간 있어요?",
    "{कल|शाम को|रविवार को} मिलते हैं।",
    "Τα λέμε {το βράδυ|αύριο|την Κυριακή}!",
    "{👍|❤️|🙏|👏👏}",
    "{😂😂😂|🤣|😅}",
    "👩‍👩‍👧‍👦 all {five|six|seven} of us are coming",
];

const LONG: [&str; 3] = [
    "I thought about what you said yesterday, and I believe that you are right: we should take the early train, leave the \
     bags at the station and walk along the river first. If it rains there is the museum, which is open until six.",
    "Kurze Liste, bevor ich es vergesse: Milch, Eier, zwei Gurken, Batterien für die Lampe, und ruf bitte bei der Werkstatt \
     an – sie haben bis 17 Uhr offen und wollten wissen, ob sie die Reifen gleich mitmachen sollen.",
    "Вчера весь вечер разбирали старые фотографии. Нашлись снимки с той поездки на озеро, где мы все промокли до нитки. \
     Отсканирую их на выходных и пришлю тебе.",
];

/// In the script of what was said; the first is for all others.
const REPLIES: [(std::ops::RangeInclusive<char>, [&str; 4]); 8] = [
    (
        'A'..='\u{24f}',
        ["Good question!", "Yes, of course 🙂", "Let me think about it.", "Ha, I wanted to ask you the same."],
    ),
    ('\u{370}'..='\u{3ff}', ["Ναι, βέβαια!", "Θα το σκεφτώ.", "Καλή ερώτηση 🙂", "Εντάξει!"]),
    ('\u{400}'..='\u{4ff}', ["На связи!", "Да, конечно 🙂", "Хороший вопрос!", "Сейчас подумаю."]),
    ('\u{590}'..='\u{5ff}', ["כן, בטח 🙂", "שאלה טובה!", "אחשוב על זה.", "סבבה"]),
    ('\u{600}'..='\u{6ff}', ["أكيد 🙂", "سؤال جيد!", "دعني أفكر.", "تمام"]),
    ('\u{900}'..='\u{97f}', ["हाँ, ज़रूर 🙂", "अच्छा सवाल!", "सोचकर बताता हूँ।", "ठीक है"]),
    ('\u{3040}'..='\u{9fff}', ["好的,没问题。", "👌", "はい、もちろん🙂", "🙂🙂"]),
    ('\u{ac00}'..='\u{d7af}', ["네, 물론이죠 🙂", "좋은 질문이에요!", "생각해 볼게요.", "알겠어요"]),
];

/// Something that one writes to a friend.
pub(crate) fn say(dice: &mut Dice) -> String {
    match dice.below(10) {
        0 => dice.pick(&LONG).to_owned(),
        1 | 2 => format!("{} {}", sentence(dice), sentence(dice)),
        _ => sentence(dice),
    }
}

fn sentence(dice: &mut Dice) -> String {
    let mut text = dice.pick(&SENTENCES).to_owned();
    // From the inside out: a choice may stand within another one.
    while let Some(end) = text.find('}') {
        let Some(start) = text.get(..end).and_then(|before| before.rfind('{')) else { break };
        let chosen = match text.get(start + 1..end).unwrap_or_default() {
            "n" => (2 + dice.below(58)).to_string(),
            list => {
                let choices: Vec<&str> = list.split('|').collect();
                choices.get(dice.below(choices.len())).copied().unwrap_or_default().to_owned()
            }
        };
        text.replace_range(start..=end, &chosen);
    }
    text
}

/// An answer to what was said, in its script.
pub(crate) fn reply(dice: &mut Dice, said: &str) -> String {
    let letters = |range: &std::ops::RangeInclusive<char>| said.chars().filter(|letter| range.contains(letter)).count();
    let [(_, otherwise), ..] = &REPLIES;
    let best = REPLIES.iter().max_by_key(|(range, _)| letters(range)).filter(|(range, _)| letters(range) > 0);
    dice.pick(best.map_or(otherwise, |(_, replies)| replies)).to_owned()
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

    #[test]
    fn every_choice_is_made() {
        let mut dice = Dice::new(1);
        let said: std::collections::BTreeSet<String> = (0..2_000).map(|_| sentence(&mut dice)).collect();
        assert!(said.len() > 120, "{} different sentences", said.len());
        assert!(said.iter().all(|text| !text.contains(['{', '|', '}'])), "{said:?}");
    }

    #[test]
    fn answers_come_in_the_script_of_the_question() {
        let mut dice = Dice::new(3);
        let within =
            |text: &str, range: std::ops::RangeInclusive<char>| text.chars().any(|letter| range.contains(&letter));
        for _ in 0..20 {
            assert!(within(&reply(&mut dice, "Wann kommst du?"), 'a'..='z'));
            assert!(within(&reply(&mut dice, "Привет, Bob!"), 'а'..='я'));
            assert!(within(&reply(&mut dice, "내일 시간 있어요?"), '\u{ac00}'..='\u{d7af}'));
            assert!(within(&reply(&mut dice, "12 👍"), 'a'..='z'), "no letters at all");
        }
    }
}
