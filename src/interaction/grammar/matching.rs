//! Which titles a fragment of one means. Pure.

use super::text::{form, words};

/// Which of the titles are meant, by their positions: one that equals the fragment, else those of which each word of the fragment
/// begins a word.
pub fn hits(fragment: &str, titles: &[&str]) -> Vec<usize> {
    let forms = |text: &str| -> Vec<String> {
        let plain = text.replace(['"', '«', '»'], " ");
        let all = words(&plain);
        (0..all.len()).filter_map(|at| form(&all, at).map(str::to_owned)).collect()
    };
    let wanted = forms(fragment);
    let titles: Vec<Vec<String>> = titles.iter().map(|title| forms(title)).collect();
    let of = |test: &dyn Fn(&Vec<String>) -> bool| -> Vec<usize> {
        titles.iter().enumerate().filter(|(_, title)| test(title)).map(|(at, _)| at).collect()
    };
    if wanted.is_empty() {
        return Vec::new();
    }
    let same = of(&|title| *title == wanted);
    if !same.is_empty() {
        return same;
    }
    of(&|title| wanted.iter().all(|word| title.iter().any(|own| own.starts_with(word.as_str()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equal_title_wins_and_otherwise_the_beginnings_of_words_count() {
        let titles = ["Report", "Quarterly report", "Repórt — draft", "Buy \"milk\""];
        assert_eq!(hits("REPORT", &titles), [0]);
        assert_eq!(hits("quart rep", &titles), [1]);
        assert_eq!(hits("dra", &titles), [2]);
        assert_eq!(hits("repo", &titles), [0, 1, 2]);
        assert_eq!(hits("buy milk", &titles), [3]);
        assert!(hits("orts", &titles).is_empty() && hits("—", &titles).is_empty());
    }
}
