//! Templates: texts with CEL between `{{` and `}}`.

use std::collections::BTreeSet;

use cel::Context;

use super::expression::{Expression, Fault, NoValue};
use super::value;

/// A text with expressions in it.
#[derive(Debug)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Expression(Expression),
}

impl Template {
    /// Compiles a text.
    pub fn compile(source: &str, names: &BTreeSet<String>) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut rest = source.trim_end();
        while let Some((before, after)) = rest.split_once("{{") {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let Some((inner, end)) = after.split_once("}}") else {
                return Err(Fault {
                    line: 1,
                    column: 1,
                    what: "{{ without }}".to_owned(),
                });
            };
            parts.push(Part::Expression(Expression::compile(inner.trim(), names)?));
            rest = end;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self {
            source: source.trim().to_owned(),
            parts,
        })
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text itself, where there is no expression in it.
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text with all expressions filled in; what is not there leaves nothing.
    pub fn fill(&self, context: &Context<'_, '_>, trouble: &mut dyn FnMut(&Expression, String)) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Expression(expression) => match expression.evaluate(context) {
                    Ok(found) => text.push_str(&value::text(&found)),
                    Err(NoValue::Missing) => {}
                    Err(NoValue::Nonsense(why)) => trouble(expression, why),
                },
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::context;
    use super::*;

    #[test]
    fn expressions_are_filled_in() {
        let names = ["n".to_owned(), "gone".to_owned()].into();
        let mut context = context();
        context.add_variable_from_value("n", 2_i64);
        let mut troubles = 0;
        for (source, text) in [
            ("{{ n }} of {{ n + 1 }}", "2 of 3"),
            ("plain {not} one", "plain {not} one"),
            ("[{{ gone }}]", "[]"),
            ("{{ {'a': n}['a'] }}", "2"),
        ] {
            let template = Template::compile(source, &names).unwrap();
            assert_eq!(
                template.fill(&context, &mut |_, _| troubles += 1),
                text,
                "{source}"
            );
        }
        let wrong = Template::compile("{{ n + 'x' }}", &names).unwrap();
        assert_eq!(wrong.fill(&context, &mut |_, _| troubles += 1), "");
        assert_eq!(troubles, 1);
        assert!(Template::compile("{{ n", &names).is_err());
        assert_eq!(
            Template::compile("critical", &names).unwrap().constant(),
            Some("critical")
        );
    }
}
