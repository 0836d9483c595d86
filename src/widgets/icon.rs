//! Line icons on a 24 px grid, drawn with the colour of the text around them and silent for screen readers.

use crate::element::{El, svg};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Close,
    Check,
    Warning,
    Lock,
    Shield,
    Dot,
    Cross,
    Clock,
    Cloud,
    Key,
}

pub(crate) fn icon(icon: Icon) -> El {
    let path = match icon {
        Icon::Back => "M15 5l-7 7 7 7",
        Icon::Close | Icon::Cross => "M6 6l12 12M18 6L6 18",
        Icon::Check => "M5 12.5l4.5 4.5L19 7.5",
        Icon::Warning => {
            "M12 8.5v5M12 17v.01M10.3 4.2L2.6 17.6a2 2 0 0 0 1.7 3h15.4a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0z"
        }
        Icon::Lock => "M8 11V8a4 4 0 0 1 8 0v3M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z",
        Icon::Shield => "M12 3l7 3v6c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z",
        Icon::Dot => "M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
        Icon::Clock => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2",
        Icon::Cloud => "M4 4l16 16M9 6.3A6 6 0 0 1 17.7 11 4 4 0 0 1 20 17.6M16 19H7.5A4.5 4.5 0 0 1 6.7 10",
        Icon::Key => "M14.5 3a6 6 0 1 1-3 11.2L9.5 16H7v2.5H4.5V21H3v-3.5l6.8-6.8A6 6 0 0 1 14.5 3zM15.5 8v.01",
    };
    let class = if icon == Icon::Back { "icon flip" } else { "icon" };
    svg("svg").class(class).attr("viewBox", "0 0 24 24").attr("aria-hidden", "true").child(svg("path").attr("d", path))
}
