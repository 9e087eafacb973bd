//! The ratios as a picture: one bar each on a scale where the target is always at the same place.

use std::fmt::Write as _;

use crate::{
    report::{Better, Line, Outcome},
    rounds::figure,
};

const ROW: usize = 34;
const LEFT: f64 = 300.0;
const WIDTH: f64 = 420.0;
/// Where the target is, on a scale from 0 to 1.
const TARGET: f64 = 0.6;

/// How far a ratio reaches, the target being at its mark; longer is better.
fn reach(line: &Line, ratio: f64) -> f64 {
    let of_target = match line.promise.better {
        Better::More => ratio / line.promise.target,
        Better::Less => line.promise.target / ratio.max(f64::MIN_POSITIVE),
    };
    (of_target * TARGET).clamp(0.0, 1.0)
}

/// The picture.
pub fn svg(lines: &[Line]) -> String {
    let height = lines.len() * ROW + 60;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 {height}\" font-family=\"Inter, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Ratios with their floors and targets; longer is better</title>\n\
         <rect width=\"820\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (row, line) in lines.iter().enumerate() {
        bar(&mut svg, row * ROW + 16, line);
    }
    let bottom = height - 18;
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{bottom}\" fill=\"#475569\">dashed: floor · solid: target · longer is better</text>\n</svg>"
    );
    svg
}

fn bar(svg: &mut String, top: usize, line: &Line) {
    let name = escaped(&format!("{} {}", line.promise.id, line.promise.what));
    let (middle, bottom) = (top + 15, top + 22);
    let _ = writeln!(svg, "<text x=\"12\" y=\"{middle}\" fill=\"#0f172a\">{name}</text>");
    match line.told() {
        None => {
            let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{middle}\" fill=\"#64748b\">not reported</text>");
        }
        Some(ratio) => {
            let colour = match line.outcome {
                Outcome::Target => "#15803d",
                Outcome::Floor => "#1d4ed8",
                Outcome::Missed | Outcome::NotReported(_) => "#b45309",
            };
            let length = reach(line, ratio) * WIDTH;
            let end = LEFT + length + 8.0;
            let shown = figure(ratio);
            let _ = writeln!(
                svg,
                "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{length:.1}\" height=\"22\" rx=\"3\" fill=\"{colour}\"/>\n\
                 <text x=\"{end:.1}\" y=\"{middle}\" fill=\"#0f172a\">{shown}</text>"
            );
        }
    }
    for (wanted, dashes) in [(line.promise.floor, " stroke-dasharray=\"3 3\""), (line.promise.target, "")] {
        let x = reach(line, wanted).mul_add(WIDTH, LEFT);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom}\" stroke=\"#0f172a\" stroke-width=\"2\"{dashes}/>"
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Promise;

    fn line(better: Better, floor: f64, target: f64, ratio: f64) -> Line {
        let promise = Promise { id: "B1", what: "a < b & c", against: "", better, floor, target, obstacle: "" };
        promise.exact(ratio, 1.0, "")
    }

    #[test]
    fn the_target_is_at_one_place_in_either_direction() {
        let more = line(Better::More, 3.0, 5.0, 4.0);
        let less = line(Better::Less, 2.0, 1.0, 1.5);
        for line in [&more, &less] {
            assert!((reach(line, line.promise.target) - TARGET).abs() < 1e-9);
            let (floor, ours) = (reach(line, line.promise.floor), reach(line, line.ratio));
            assert!(floor < ours && ours < TARGET, "{floor} {ours}");
        }
        assert!((reach(&more, 1_000.0) - 1.0).abs() < 1e-9);
        assert!((reach(&less, 0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn each_line_has_its_bar_and_two_ticks_and_its_words_are_text() {
        let lines = [line(Better::More, 3.0, 5.0, 4.0), line(Better::More, 3.0, 5.0, 6.0).promise.missing("x".into())];
        let svg = svg(&lines);
        assert_eq!(svg.matches("<line ").count(), 4);
        assert_eq!(svg.matches("rx=\"3\"").count(), 1);
        assert!(svg.contains("B1 a &lt; b &amp; c") && svg.contains(">4.00<") && svg.contains("not reported"));
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    }
}
