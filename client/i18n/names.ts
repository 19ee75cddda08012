/** What proposed nicknames are made of: friendly, short, easy to tell apart when read aloud. */
export const ADJECTIVES =
  "Amber Brave Bright Calm Clever Cosy Curious Dapper Eager Early Fabled Fleet Gentle Golden Happy Hidden Honest Humble Jolly Keen Kind Lively Lucky Mellow Merry Misty Modest Nimble Patient Placid Plucky Polite Quick Quiet Rosy Silver Snowy Sunny Swift Tidy Velvet Warm Wild Wise".split(
    " ",
  );
export const ANIMALS =
  "Badger Beaver Bison Camel Crane Curlew Dolphin Dove Falcon Ferret Finch Fox Gecko Goose Hare Hedgehog Heron Ibex Jackdaw Kestrel Koala Lark Lemur Lynx Magpie Marten Moose Newt Otter Owl Panda Pelican Puffin Quail Raven Robin Salmon Seal Sparrow Stork Swan Tapir Toad Turtle Walrus Wombat Wren Yak".split(
    " ",
  );
