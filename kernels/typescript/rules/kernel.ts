// A rules engine: messages are facts in JSON, and each is answered with what follows from it.

import type { Message, Reply } from "ringhost";

type Fact = Record<string, number | string>;

interface Rule {
  when: (fact: Fact) => boolean;
  then: string;
}

const rules: Rule[] = [
  { when: ({ temperature }) => Number(temperature) > 30, then: "open the windows" },
  { when: ({ temperature }) => Number(temperature) < 15, then: "light the fire" },
  { when: ({ door }) => door === "open", then: "close the door" },
];

export function handle(message: Message, reply: Reply): void {
  const fact: Fact = message.json();
  reply(rules.filter((rule) => rule.when(fact)).map((rule) => rule.then));
}
