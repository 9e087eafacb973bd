//! Closed curves as SVG path data: whole numbers, relative steps, so that a page full of lines stays small.

use std::{f64::consts::TAU, fmt::Write};

/// The path of a closed curve around the middle of a square: `radius` for each angle, in units of the square's side.
pub fn closed(side: f64, points: u32, radius: impl Fn(f64) -> f64) -> String {
    let at = |place: u32| {
        let angle = f64::from(place) * TAU / f64::from(points);
        let reach = radius(angle) * side;
        (whole(side.mul_add(0.5, reach * angle.cos())), whole(side.mul_add(0.5, reach * angle.sin())))
    };
    let (mut x, mut y) = at(0);
    let mut path = format!("M{x} {y}l");
    for place in 1..points {
        let (next_x, next_y) = at(place);
        // Writing to a string cannot fail.
        let _ = write!(path, "{} {} ", next_x - x, next_y - y);
        (x, y) = (next_x, next_y);
    }
    path.truncate(path.trim_end().len());
    path.push('z');
    path
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates within the square's side")]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_circle_closes() {
        assert_eq!(super::closed(100.0, 4, |_| 0.5), "M100 50l-50 50 -50 -50 50 -50z");
    }
}
