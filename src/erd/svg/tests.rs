//! What a reader, a browser and mdBook would notice.

use std::collections::HashSet;
use std::fmt::Write as _;

use pulldown_cmark::{Event, Options, Parser};
use roxmltree::Document;

use super::super::tests::{diagram, hostile, shop};
use super::super::{Format, draw};
use super::*;

fn drawn(diagram: &Diagram<'_>) -> String {
    draw(diagram, Format::Svg, "erd")
}

/// Each figure as XML, which is stricter than HTML.
fn figures(text: &str) -> Vec<Document<'_>> {
    text.split_inclusive("</figure>\n").map(|figure| Document::parse(figure.trim_start()).unwrap()).collect()
}

fn texts(document: &Document<'_>) -> Vec<String> {
    document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .map(|node| node.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect())
        .collect()
}

fn many(count: usize) -> Diagram<'static> {
    let mut text = String::from("t0: id:bigint pk\n");
    for n in 1..count {
        let columns: String = (2..10).map(|column| format!(", column_{column}:text")).collect();
        writeln!(text, "t{n}: id:bigint pk, parent:bigint -> t{}.id{columns}", n / 4).unwrap();
    }
    diagram(&text)
}

#[test]
fn the_shop_in_svg() {
    snapbox::assert_data_eq!(drawn(&shop()), snapbox::file!["../../../tests/erd/shop.svg.md"].raw());
}

#[test]
fn hostile_names_in_svg() {
    snapbox::assert_data_eq!(drawn(&hostile()), snapbox::file!["../../../tests/erd/hostile.svg.md"].raw());
}

#[test]
fn each_picture_is_well_formed_and_its_ids_are_its_own() {
    let mut ids = HashSet::new();
    for (diagram, prefix) in
        [(shop(), "a"), (hostile(), "b"), (many(120), "c"), (many(120), "d"), (diagram("x: id\ny: id"), "e")]
    {
        let text = draw(&diagram, Format::Svg, prefix);
        for figure in figures(&text) {
            for id in figure.descendants().filter_map(|node| node.attribute("id")) {
                assert!(ids.insert(id.to_owned()), "{id}");
            }
            let svg =
                figure.descendants().find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg"))).unwrap();
            let named: Vec<_> =
                ["aria-labelledby", "aria-describedby"].iter().filter_map(|name| svg.attribute(*name)).collect();
            assert!(named.len() == 2 && named.iter().all(|id| ids.contains(*id)));
        }
    }
}

#[test]
fn markdown_sees_nothing_but_html_blocks() {
    for diagram in [shop(), hostile(), many(60)] {
        let text = format!("before\n\n{}\nafter", drawn(&diagram));
        assert!(!text.contains("{{"));
        let events: Vec<Event<'_>> = Parser::new_ext(&text, Options::all()).collect();
        let html: String = events
            .iter()
            .filter_map(|event| if let Event::Html(html) = event { Some(&**html) } else { None })
            .collect();
        assert!(
            html == drawn(&diagram).replace("</figure>\n\n<figure", "</figure>\n<figure"),
            "a blank line in a picture"
        );
        assert!(events.iter().all(|event| !matches!(event, Event::InlineHtml(_) | Event::Code(_))));
    }
}

#[test]
fn every_table_and_column_is_shown() {
    let text = drawn(&shop());
    let figures = figures(&text);
    let texts = texts(&figures[0]);
    for entity in &shop().entities {
        assert!(texts.iter().any(|text| text == entity.name));
        for column in &entity.columns {
            assert!(texts.iter().any(|text| text == column.name) && texts.iter().any(|text| text == column.data_type));
        }
    }
}

#[test]
fn tables_link_to_their_sections() {
    let hrefs = |text: &str| -> Vec<String> {
        figures(text)
            .iter()
            .flat_map(|figure| {
                figure.descendants().filter_map(|node| node.attribute("href")).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    };
    assert!(hrefs(&drawn(&shop())).contains(&String::from("#order_items")));
    let hostile = hrefs(&drawn(&hostile()));
    assert!(hostile.contains(&String::from("#%3Cscript%3E")) && hostile.contains(&String::from("#naïve")));
    let unlinked = Diagram::new(super::super::tests::schema("a: id"), &|_| None);
    assert!(hrefs(&drawn(&unlinked)).is_empty());
}

#[test]
fn all_rows_of_a_composite_reference_are_marked() {
    let bars = |text: &str| drawn(&diagram(text)).matches("<path class=\"w\"").count();
    assert_eq!(bars("a: x pk, y pk\nb: x, n, y, fk(x y -> a.x y)"), 4);
    assert_eq!(bars("a: x pk\nb: x -> a.x"), 0);
}

#[test]
fn long_names_are_cut_and_told_in_full_by_the_tooltip() {
    let text = drawn(&hostile());
    let long = "long".repeat(75);
    let figures = figures(&text);
    assert!(texts(&figures[0]).iter().all(|text| label::columns(text) <= 32));
    assert!(texts(&figures[0]).iter().any(|text| *text == format!("{}…", &long[..31])));
    assert!(figures[0].descendants().any(|node| node.tag_name().name() == "title" && node.text() == Some(&long)));
}

#[test]
fn wide_characters_take_two_columns() {
    assert_eq!((label::columns("表"), label::columns("naïve")), (2, 5));
    assert_eq!(label::shortened("表表表", 5), "表表…");
    assert_eq!(label::shortened("表表表", 6), "表表表");
}

#[test]
fn text_stays_inside_its_box() {
    for diagram in [shop(), hostile()] {
        let text = drawn(&diagram);
        let figures = figures(&text);
        let number = |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse::<f64>().unwrap();
        for table in figures[0].descendants().filter(|node| node.tag_name().name() == "a") {
            let frame = table.children().find(|node| node.attribute("class") == Some("o")).unwrap();
            let (left, right) = (number(&frame, "x"), number(&frame, "x") + number(&frame, "width"));
            let mut ends: Vec<(i64, f64, f64)> = Vec::new();
            for node in table.children().filter(|node| node.tag_name().name() == "text") {
                let (x, width) = (number(&node, "x"), number(&node, "textLength"));
                let start = if node.attribute("text-anchor").is_some() { x - width } else { x };
                assert!(start >= left + 8.0 && start + width <= right - 8.0);
                #[expect(clippy::cast_possible_truncation, reason = "coordinates are small whole numbers")]
                ends.push((number(&node, "y") as i64, start, start + width));
            }
            ends.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert!(ends.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 + 3.0 <= pair[1].1), "{ends:?}");
        }
    }
}

#[test]
fn a_table_of_many_columns_keeps_its_keys() {
    let columns: String = (0..200).map(|n| format!(", c{n}:int")).collect();
    let text = drawn(&diagram(&format!("a: id pk{columns}, last unique\nb: id pk, a -> a.last, x -> a.c150")));
    let texts = texts(&figures(&text)[0]);
    let has = |wanted: &str| texts.iter().any(|text| text == wanted);
    assert!(has("last") && has("c150") && has("c0") && !has("c100") && has("+ 171 more"), "{texts:?}");
}

#[test]
fn a_large_schema_is_several_pictures_with_stubs() {
    let text = drawn(&many(120));
    assert!(figures(&text).len() > 4);
    assert!(text.contains("\" class=\"d\">") && text.contains("dashed boxes"));
    assert_eq!(text.matches("<style>").count(), 1);
    assert_eq!(text.matches("(many to one)</title></path>").count(), 119);
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    assert_eq!(drawn(&many(200)), drawn(&many(200)));
}

#[test]
fn a_diagram_without_tables_is_nothing() {
    assert_eq!(drawn(&Diagram::default()), "");
}

#[test]
fn a_view_says_so() {
    let mut diagram = diagram("active: id");
    diagram.entities[0].kind = "materialized view";
    assert!(texts(&figures(&drawn(&diagram))[0]).contains(&String::from("materialized view")));
}
