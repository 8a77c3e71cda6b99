//! What a message says, in its bubble.

use super::given::{cards_view, place_view};
use super::part_tabindex;
use crate::model::emoji_alone::is_emoji_alone;
use crate::model::mentions::ranges;
use crate::model::rich_text::{Block, Span, Style, parse_naming};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{CallFacts, CallState, Mention, MessageBody, MessageId};
use leptos::prelude::*;

/// Drawn anew for each new text.
pub(super) fn body_view(
    id: MessageId,
    (body, mentions): &(MessageBody, Vec<Mention>),
    own: bool,
    is_entered: Memo<bool>,
) -> AnyView {
    match body {
        MessageBody::Text(text) => text_view(text, mentions, is_entered),
        MessageBody::Waiting => {
            view! { <span class="bubble-text faint" data-testid="message-waiting"><Icon name="hourglass"/> " " {words::waiting()}</span> }.into_any()
        }
        MessageBody::Deleted => {
            view! { <span class="bubble-text faint" data-testid="message-deleted"><Icon name="prohibit"/> " " {words::deleted(own)}</span> }.into_any()
        }
        MessageBody::Call(facts) => call_view(id, *facts, own),
        MessageBody::Cards(cards) => cards_view(cards, is_entered),
        MessageBody::Place(place) => place_view(place, is_entered),
        // Drawn by itself.
        MessageBody::Poll(_) => ().into_any(),
        MessageBody::Newer | MessageBody::System(_) => {
            view! { <span class="bubble-text faint"><Icon name="arrow-clockwise"/> " " {words::newer()}</span> }.into_any()
        }
    }
}

fn call_view(id: MessageId, facts: CallFacts, own: bool) -> AnyView {
    let app = use_app();
    let rings = Memo::new(move |_| app.calls.with(|calls| calls.rings(id)));
    let missed = move || !own && facts.state == CallState::Open && !rings.get();
    let icon = match (facts.video, own) {
        (true, _) => "video-camera",
        (false, true) => "phone-outgoing",
        (false, false) => "phone-incoming",
    };
    view! {
        <span class="bubble-text call-line" class:missed=missed data-testid="message-call"><Icon name=icon/> {move || words::call(facts, own, rings.get())}</span>
    }
    .into_any()
}

fn text_view(text: &str, mentions: &[Mention], is_entered: Memo<bool>) -> AnyView {
    if is_emoji_alone(text) {
        let text = text.to_owned();
        return view! { <span class="bubble-text emoji alone" data-testid="message-text">{text}</span> }.into_any();
    }
    let blocks = parse_naming(text, &ranges(mentions)).blocks;
    let ends_in_block = blocks.last().is_some_and(|last| !matches!(last, Block::Text(_)));
    let blocks = blocks_view(blocks, is_entered);
    // In the flow of the bubble, so that the time finds its place behind the last line.
    view! { <div class="bubble-text" class:ends-in-block=ends_in_block dir="auto" data-testid="message-text">{blocks}</div> }.into_any()
}

/// A text as it was formatted, with its links.
pub fn blocks_view(blocks: Vec<Block<'_>>, is_entered: Memo<bool>) -> AnyView {
    blocks.into_iter().map(|block| block_view(block, is_entered)).collect_view().into_any()
}

/// What has lines of its own finds its own direction.
fn block_view(block: Block<'_>, is_entered: Memo<bool>) -> AnyView {
    match block {
        Block::Text(spans) => spans_view(spans, is_entered),
        Block::Code(code) => {
            view! { <pre class="code-block" dir="ltr"><code>{code.to_owned()}</code></pre> }.into_any()
        }
        Block::Quote(spans) => {
            view! { <blockquote class="said" dir="auto">{spans_view(spans, is_entered)}</blockquote> }.into_any()
        }
        Block::Bullets(items) => {
            let items =
                items.into_iter().map(|spans| view! { <li>{spans_view(spans, is_entered)}</li> }).collect_view();
            view! { <ul class="list" dir="auto">{items}</ul> }.into_any()
        }
        Block::Numbers(items) => {
            let item = |(number, spans)| view! { <li value=number>{spans_view(spans, is_entered)}</li> };
            let items = items.into_iter().map(item).collect_view();
            view! { <ol class="list" dir="auto">{items}</ol> }.into_any()
        }
    }
}

/// No deeper than there are styles.
fn spans_view(spans: Vec<Span<'_>>, is_entered: Memo<bool>) -> AnyView {
    let view = |span: Span<'_>| match span {
        Span::Text(text) => text.to_owned().into_any(),
        Span::Code(code) => view! { <code class="code" dir="ltr">{code.to_owned()}</code> }.into_any(),
        Span::Link { text, address } => {
            let text = text.to_owned();
            view! { <a href=address target="_blank" rel="noopener noreferrer" tabindex=part_tabindex(is_entered)>{text}</a> }
                .into_any()
        }
        Span::Mention(name) => view! { <bdi class="mention" data-testid="mention">{name.to_owned()}</bdi> }.into_any(),
        Span::Styled(style, inner) => {
            let inner = spans_view(inner, is_entered);
            match style {
                Style::Bold => view! { <strong>{inner}</strong> }.into_any(),
                Style::Italic => view! { <em>{inner}</em> }.into_any(),
                Style::Struck => view! { <s>{inner}</s> }.into_any(),
            }
        }
    };
    spans.into_iter().map(view).collect_view().into_any()
}
