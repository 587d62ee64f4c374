/**
 * What happens to some users at Clerk, Stripe and Daytona, in order. Generated as candidates, of which those are left
 * out that can't happen at that point, so that what is shrunk stays legal.
 */
import fc from "fast-check";

/** Who sends webhooks. */
export type Sender = "clerk" | "stripe" | "daytona";

/** A user at the beginning of a history. Only those who have signed up can have anything. */
export interface InitialUser {
  isSignedUp: boolean;
  /** How many projects, each `ready`. */
  projects: number;
  /** Whether they have opened a checkout. */
  hasCheckout: boolean;
}

/** The states in which a sandbox stays, and those that can follow. */
const SANDBOX_STATES = {
  started: ["stopped", "destroyed"],
  stopped: ["started", "archived", "destroyed"],
  archived: ["started", "destroyed"],
  destroyed: [],
} as const satisfies Record<string, readonly string[]>;
export type SandboxState = keyof typeof SANDBOX_STATES;

/** Destroyed sandboxes are rare. */
const SANDBOX_CHANGES = [
  ...Array.from({ length: 4 }, () => ["started", "stopped", "archived"]).flat(),
  "destroyed",
];

/** The statuses of a subscription whose first payment succeeded, and those that can follow. */
const STATUSES = {
  trialing: ["active", "past_due", "paused", "canceled"],
  active: ["trialing", "past_due", "canceled"],
  past_due: ["active", "unpaid", "canceled"],
  unpaid: ["active", "canceled"],
  paused: ["active", "canceled"],
  canceled: [],
} as const satisfies Record<string, readonly string[]>;
type Status = keyof typeof STATUSES;

/** What can happen to a user at each sender: how often it is tried beside the others, and `to` which of these. */
const CHANGES = {
  clerk: {
    named: [8, ["Ada", "Augusta", "Byron", "Lovelace"]], // `user.updated`; of somebody new, `user.created`
    "sent again": [2, [""]], // the same version of the user by another event, as Clerk does at a sign-in
    deleted: [1, [""]],
  },
  daytona: {
    "first sandbox": [1, SANDBOX_CHANGES], // by itself, or in Daytona's dashboard
    "second sandbox": [1, SANDBOX_CHANGES],
  },
  stripe: {
    pays: [5, [""]], // a checkout: with it come a subscription, an invoice and a payment
    "subscription becomes": [8, Object.keys(STATUSES)],
    renews: [2, [""]], // another invoice, another payment
    cancels: [3, ["at period end", "not any more"]],
    annotates: [1, ["a", "b"]], // metadata of the customer
    "deletes customer": [1, [""]],
  },
} satisfies Record<Sender, Record<string, [weight: number, to: readonly string[]]>>;

/** One thing that happens to one user. */
export interface Change {
  kind: { [S in Sender]: keyof (typeof CHANGES)[S] }[Sender];
  to: string;
}

/** Users, and what happens to them, in order: to the user with this index. */
export interface History {
  users: InitialUser[];
  changes: { user: number; change: Change }[];
}

/** How large a history is to be. */
export interface Size {
  users: number;
  /** Candidates for changes; how many of them are legal depends on who is deleted, and when. */
  candidates: { min: number; max: number };
  /** How many legal changes there must be; 0 by default. Keep it well below `candidates.min`. */
  minChanges?: number;
}

function changesOf(sender: Sender): fc.Arbitrary<Change> {
  return fc.oneof(
    ...Object.entries(CHANGES[sender]).map(([kind, [weight, to]]) => {
      const change = { kind: fc.constant(kind as Change["kind"]), to: fc.constantFrom(...to) };
      return { weight, arbitrary: fc.record(change) };
    }),
  );
}

/** Legal histories in which these senders send something. */
export function histories(
  senders: readonly Sender[],
  { users, candidates, minChanges = 0 }: Size,
): fc.Arbitrary<History> {
  const change = fc.oneof(...senders.map(changesOf));
  const candidate = fc.record({ user: fc.nat(users - 1), change });
  const { min: minLength, max: maxLength } = candidates;
  return fc
    .record({
      users: fc.array(initialUser(senders), { minLength: users, maxLength: users }),
      candidates: fc.array(candidate, { minLength, maxLength, size: "max" }),
    })
    .map(({ users, candidates }) => {
      const states = users.map(initialState);
      const changes = candidates.filter(({ user, change }) => {
        const next = after(states[user]!, change);
        if (next) states[user] = next;
        return next !== null;
      });
      return { users, changes };
    })
    .filter(({ changes }) => changes.length >= minChanges);
}

/** Without Clerk nobody signs up later; without the others nobody needs anything of theirs. */
function initialUser(senders: readonly Sender[]): fc.Arbitrary<InitialUser> {
  const signedUp = fc.record({
    isSignedUp: fc.constant(true),
    projects: senders.includes("daytona") ? fc.integer({ min: 1, max: 2 }) : fc.constant(0),
    hasCheckout: fc.constant(senders.includes("stripe")),
  });
  if (!senders.includes("clerk")) return signedUp;
  const later = fc.constant({ isSignedUp: false, projects: 0, hasCheckout: false });
  return fc.oneof({ weight: 3, arbitrary: signedUp }, { weight: 1, arbitrary: later });
}

/** A user's state at each sender: what decides on what can happen next. */
interface UserState {
  /** At Clerk. No account comes back under the same id. */
  account: "none" | "open" | "deleted";
  /** At Stripe, with the latest subscription; null when they never were a customer, or are no more. */
  customer: { status: Status; cancelAtPeriodEnd: boolean; hasPaidDeleted: boolean } | null;
  /** At Daytona, project by project. */
  sandboxes: SandboxState[];
}

function initialState({ isSignedUp, projects, hasCheckout }: InitialUser): UserState {
  return {
    account: isSignedUp ? "open" : "none",
    customer: hasCheckout
      ? { status: "canceled", cancelAtPeriodEnd: false, hasPaidDeleted: false }
      : null,
    sandboxes: Array.from({ length: projects }, () => "started"),
  };
}

/** The state after a change; null when that can't happen in it. */
function after(state: UserState, change: Change): UserState | null {
  const { account, customer, sandboxes } = state;
  if (account === "deleted") return afterDeletion(state, change);
  switch (change.kind) {
    case "named":
      return { ...state, account: "open" };
    case "sent again":
      return account === "none" ? null : state;
    case "deleted":
      return account === "none" ? null : { ...state, account: "deleted" };
    case "first sandbox":
    case "second sandbox": {
      const index = change.kind === "first sandbox" ? 0 : 1;
      const from = sandboxes[index];
      if (from === undefined || !isState(change.to, SANDBOX_STATES[from])) return null;
      return { ...state, sandboxes: sandboxes.with(index, change.to) };
    }
    case "annotates":
      return customer && state;
    case "deletes customer":
      return customer && { ...state, customer: null };
    case "pays":
    case "subscription becomes":
    case "renews":
    case "cancels": {
      const changes = customer && subscriptionChanges(customer, change);
      return changes && { ...state, customer: { ...customer, ...changes } };
    }
  }
}

/**
 * Of what can happen after an account's deletion, only this can't be prevented here: another tab was just opening a
 * checkout, and it is paid. The rest depends on when the backend cancels the subscription and deletes the sandboxes.
 */
function afterDeletion(state: UserState, { kind }: Change): UserState | null {
  const { customer } = state;
  if (kind !== "pays" || customer === null || customer.hasPaidDeleted) return null;
  return { ...state, customer: { ...customer, hasPaidDeleted: true } };
}

function subscriptionChanges(
  { status, cancelAtPeriodEnd }: NonNullable<UserState["customer"]>,
  { kind, to }: Change,
): Partial<UserState["customer"]> {
  const hasEnded = status === "canceled";
  if (kind === "pays") return hasEnded ? { status: "active", cancelAtPeriodEnd: false } : null;
  if (kind === "subscription becomes") {
    return isState(to, STATUSES[status]) ? { status: to } : null;
  }
  if (kind === "renews") return status === "active" ? {} : null;
  const isChange = !hasEnded && cancelAtPeriodEnd !== (to === "at period end");
  return isChange ? { cancelAtPeriodEnd: !cancelAtPeriodEnd } : null;
}

function isState<State extends string>(to: string, states: readonly State[]): to is State {
  return states.some((state) => state === to);
}
