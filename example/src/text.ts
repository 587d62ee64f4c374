/**
 * Every sentence of the app, by the part that shows it. Tests take them from here too, so that they can be reworded.
 *
 * Say what happened, then what to do next. Write plain, short, active sentences in sentence case. One thing has one
 * name everywhere: a person sends a *prompt*; the *agent* works on the *project*, and makes a *version* of its *app*.
 */
import { plural } from "./lib/format";

const PRODUCT = "Quaver";

/** Shared by errors and failures for which trying again can't help. */
const RETRY_WONT_HELP = "Trying again won’t help until this is fixed.";

/** For what is gone for good. */
const CANT_UNDO = "You can’t undo this.";

/** Prompts to start from. The demo agent makes an app of each. */
export const EXAMPLES = [
  { title: "To-do list", prompt: "A to-do list for my week, with a button to clear what’s done" },
  {
    title: "Pomodoro timer",
    prompt: "A pomodoro timer with 25-minute sessions and 5-minute breaks",
  },
  {
    title: "Team poll",
    prompt: "A poll: which day suits you for lunch? Options: Monday, Wednesday or Friday",
  },
  {
    title: "Concert sign-up",
    prompt: "A page for my choir, with our concert dates and a sign-up form",
  },
] as const;

/** All texts. */
export const text = {
  common: {
    product: PRODUCT,
    cancel: "Cancel",
    close: "Close",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Couldn’t copy. Your browser doesn’t allow it.",
    delete: "Delete",
    dismiss: "Dismiss",
    loading: "Loading…",
    loadFailed: "This couldn’t be loaded",
    loadFailedAdvice: "Check your connection, then reload the page.",
    opensInNewTab: "(opens in a new tab)",
    rename: "Rename",
    showAll: "Show all",
    showLess: "Show less",
    showMore: "Show more",
    showMoreLines: (lines: number) => `Show ${plural(lines, "more line")}`,
    signOut: "Sign out",
    tryAgain: "Try again",
    windowTitle: (page: string) => `${page} – ${PRODUCT}`,
  },

  errors: {
    unauthenticated: "Your session has expired. Sign in again to continue. Your drafts are saved.",
    userNotSynced: "Your account is still being set up. Try again in a few seconds.",
    notFound: "This no longer exists. It may have been deleted in another tab.",
    invalidField: (field: string) => `The ${field}`,
    invalidTransition: (status: string) =>
      `You can’t do this right now. ${status} Try again when its status changes.`,
    operationInProgress: (operation: string) => `${operation} Try again when this is done.`,
    agentNotConfigured:
      "No agent is set up yet, so nothing can be built. Contact your administrator.",
    queueFull: (limit: number) =>
      `The queue is full: ${limit} prompts are waiting. Try again when the agent has finished one.`,
    projectLimit: (plan: string, limit: number) =>
      `You’ve reached the ${plan} plan’s limit of ${plural(limit, "project")}.`,
    runningLimit: (plan: string, limit: number) =>
      `You’ve reached the ${plan} plan’s limit of ${plural(limit, "running project")}.`,
    deleteFirst: "Delete a project first.",
    deleteOrUpgrade: "Delete a project, or upgrade on the Account page.",
    pauseFirst: "Pause or delete a project first.",
    pauseOrUpgrade: "Pause or delete a project, or upgrade on the Account page.",
    rateLimited: (wait: string) => `Too many requests. Try again in ${wait}.`,
    sandboxUnavailable: (reason: string) => `${reason} Try again.`,
    sandboxBroken: (reason: string) => `${reason} ${RETRY_WONT_HELP}`,
    paymentsNotConfigured: "Payments aren’t set up yet. Contact your administrator.",
    stripeUnavailable:
      "Stripe isn’t responding. You haven’t been charged. Try again in a few minutes.",
    stripeRefused:
      "Stripe rejected the request. You haven’t been charged. Contact your administrator.",
    alreadySubscribed: (status: string) =>
      `You already have a subscription (${status}). To change it, select “Manage billing”.`,
    accountUnavailable:
      "Your account couldn’t be reached. Nothing was changed. Try again in a moment.",
    accountRefused:
      "Your account couldn’t be reached. Nothing was changed. Contact your administrator.",
    fileNotFound: "This file no longer exists. It may have been moved or deleted.",
    versionNotFound: "The files of this version no longer exist, so you can’t view or restore it.",
    tooLarge: (limit: string) => `This is larger than ${limit}, so it can’t be loaded.`,
    connectionLost:
      "The connection was lost before an answer arrived. Check whether it worked, then try again.",
    unknown: "Something went wrong. Try again, or reload the page.",
    retryWontHelp: RETRY_WONT_HELP,
  },

  shell: {
    skipToContent: "Skip to content",
    home: `${PRODUCT}, all projects`,
    account: "Account",
    accountMenu: "Account menu",
    theme: "Theme",
    themes: { system: "System", light: "Light", dark: "Dark" },
    notifications: "Notifications",
    offline: `You’re offline. ${PRODUCT} reconnects when you’re back online.`,
    connecting: "Connecting…",
    reconnecting: "Connection lost. Reconnecting…",
    pageFailed: "This page couldn’t be loaded",
    pageNotFound: "Page not found",
    pageNotFoundAdvice: "Check the address, or go back to your projects.",
    projectNotFound: "Project not found",
    projectNotFoundAdvice: "It may have been deleted, or you may not have access to it.",
    goToProjects: "Go to projects",
  },

  /** The list that Ctrl+K opens. */
  commands: {
    open: "Search projects and commands (Ctrl+K)",
    title: "Search projects and commands",
    placeholder: "Search projects and commands…",
    noResults: "No results",
    projects: "Projects",
    commands: "Commands",
    newProject: "New project",
    theme: (theme: string) => `${theme} theme`,
  },

  signIn: {
    title: "Sign in",
    heading: "Build apps by describing them",
    about:
      `Tell ${PRODUCT} what you want. ` +
      "An agent builds it while you watch, and changes it when you ask.",
    signingIn: "Signing you in…",
    signingOut: "Signing you out…",
    settingUp: "Setting up your account…",
    notReady: "Your account isn’t ready yet",
    accountDeleted: "Your account has been deleted.",
    clerkUnavailable:
      "The sign-in service isn’t responding. Check your connection, then try again.",
    /** Of somebody without a name. */
    you: "You",
  },

  /** The sign-in for development. */
  emulator: {
    chooseUser: "Continue as",
    newUser: "Create an account",
    firstName: "First name",
    lastName: "Last name",
    email: "Email",
    signUp: "Sign up",
    about:
      "This sign-in is for development. There are no passwords, and each tab has its own user.",
    unavailable: "The Clerk emulator isn’t responding. Check that it’s running, then try again.",
    emailInvalid: "Enter a full email address, such as name@example.com.",
    nameTooLong: "This name is too long. Enter a shorter one.",
    signUpFailed: "Your account couldn’t be created. Try again.",
  },

  projects: {
    title: "Projects",
    heading: "What do you want to build?",
    prompt: "Describe the app you want to build",
    promptExample: "A page for my choir, with our concert dates and a sign-up form",
    examples: "Start from an example",
    name: "Project name",
    untitled: "Untitled",
    create: "Build",
    creating: "Creating project…",
    /** What the keys do, after their names. */
    enterBuilds: "to build,",
    enterBreaks: "for a new line",
    keys: { enter: "Enter", shiftEnter: "Shift+Enter" },
    list: "Your projects",
    loading: "Loading projects…",
    search: "Search projects",
    noMatch: (query: string) => `No projects match “${query}”.`,
    empty: "No projects yet",
    emptyAdvice: "Describe an app above, or start from an example.",
    actionsFor: (name: string) => `Actions for ${name}`,
    renameFailed: (name: string, why: string) =>
      `The project couldn’t be renamed to “${name}”. ${why}`,
    deleted: (name: string) => `“${name}” has been deleted.`,
    undo: "Undo",
    /** Asked where nothing can be undone afterwards. */
    confirmDelete: (name: string) => `Delete “${name}”? You can’t undo this.`,
    deleteFailed: (name: string, why: string) => `“${name}” couldn’t be deleted. ${why}`,
  },

  project: {
    opening: "Opening project…",
    menu: "Project menu",
    views: "Views",
    /** On the tab of the preview, when it has changed. */
    updated: "updated",
    resize: "Width of the conversation",
    tabs: { conversation: "Conversation", preview: "Preview", files: "Files" },
    /** By a project's status. */
    status: {
      creating: "Creating",
      generating: "Working",
      ready: "Ready",
      stopped: "Paused",
      archived: "Archived",
      failed: "Failed",
    },
    statusSentence: {
      creating: "The project is being created.",
      generating: "The agent is working.",
      ready: "The project is ready.",
      stopped: "The project is paused.",
      archived: "The project is archived.",
      failed: "The project has failed.",
    },
    actions: { start: "Resume", stop: "Pause", archive: "Archive" },
    /** By the operation that is changing the status. */
    operation: { start: "Resuming", stop: "Pausing", archive: "Archiving" },
    operationSentence: {
      create: "The project is being created.",
      start: "The project is resuming.",
      stop: "The project is being paused.",
      archive: "The project is being archived.",
      turn: "The agent is working.",
      cleanup: "The project is being cleaned up.",
    },
    failed: (reason: string) => `The project has failed. ${reason}`,
    failedUnknown: "The cause isn’t known.",
    failedRetryable: "Try again to continue. Your conversation is saved.",
    failedForGood: `${RETRY_WONT_HELP} Your conversation is saved.`,
    download: "Download",
    downloadPreparing: "Preparing download…",
    downloadStarted: (name: string, size: string) => `Downloading “${name}” (${size})…`,
    downloadFailed: (name: string, why: string) => `“${name}” couldn’t be downloaded. ${why}`,
    downloadEmpty: "It has no files yet.",
  },

  conversation: {
    messages: "Messages",
    /** Before a message, for screen readers. */
    you: "You:",
    agent: "Agent:",
    latest: "Scroll to the latest message",
    sending: "Sending…",
    unconfirmed: "This prompt may not have been sent. Try again.",
    projectBusy: "This prompt wasn’t sent because the project was busy. Try again.",
    copyPrompt: "Copy prompt",
    editPrompt: "Edit prompt",
    copyAnswer: "Copy answer",
    earlierPrompt: "An earlier prompt",
    triedAgain: (prompt: string) => `Trying again: ${prompt}`,
    queue: "Queued prompts",
    queued: "Queued",
    queuedAgain: "Queued to try again",
    remove: "Remove",
    removeFromQueue: "Remove from queue",
    thinking: "Thinking…",
    thought: "Thought",
    thoughtFor: (seconds: number) => `Thought for ${plural(seconds, "second")}`,
    working: "Working…",
    steps: "Steps",
    /** Before a step, for screen readers. */
    stepStatus: { running: "Running:", done: "Done:", failed: "Failed:" },
    stepsTaken: (steps: number, time: string) => `${plural(steps, "step")}, ${time}`,
    noAnswer: "The agent finished without an answer.",
    stopped: "Stopped by you.",
    stoppedAdvice: "Changes made so far are saved.",
    agentLog: "Last lines of the agent’s log",
  },

  composer: {
    prompt: "Describe a change",
    promptExample: "Describe a change…",
    send: "Send",
    stop: "Stop",
    stopKey: "Stop the agent (Esc)",
    /** Beside a prompt whose length comes near the limit. */
    length: (length: string, max: string) => `${length} of ${max} characters`,
    tooLong: (characters: string) => `${characters} characters too long. Shorten the prompt.`,
    /** Why a prompt can't be sent in a status, or what sending it does. */
    hint: {
      creating: "You can send this when the project is ready.",
      generating: "This is queued until the agent has finished.",
      stopped: "Sending this resumes the project.",
      archived: "Sending this resumes the project, which can take a minute.",
      failed: "You can send this when the project works again.",
    },
  },

  versions: {
    finished: (version: number) => `Version ${version} is ready.`,
    stopped: (version: number) => `Version ${version} was stopped.`,
    failed: (version: number, reason: string) => `Version ${version} failed. ${reason}`,
    changes: "Changes",
    changesIn: (version: number) => `Changes in version ${version}`,
    loading: "Loading changes…",
    notRunning: "The project isn’t running",
    notRunningAdvice: "Resume it to see what changed in this version.",
    noChanges: "No changes",
    noChangesAdvice: "This version has the same files as the one before it.",
    files: (files: number) => plural(files, "file"),
    moreFiles: (files: number) => `More than ${plural(files, "file")}`,
    totals: (files: string, added: number, removed: number) =>
      `${files}, ${plural(added, "line")} added, ${removed} removed`,
    notAllShown: "Not all changes are shown. Download the project to see the rest.",
    changesInFile: (path: string) => `Changes in ${path}`,
    /** What happened to a file, unless its content changed. */
    change: { added: "new", deleted: "deleted", renamed: "renamed", binary: "binary" },
    renamedTo: "renamed to",
    linesAdded: "added,",
    linesRemoved: "removed",
    binaryChanged: "This is a binary file, so its changes can’t be shown.",
    tooManyLines: "This file has too many changes to show.",
    sameContent: "The content hasn’t changed.",
    emptyFile: "This file is empty.",
    restore: "Restore",
    restoreVersion: (version: number) => `Restore version ${version}`,
    restoreQuestion: (version: number) => `Restore version ${version}?`,
    restoreEffect: (version: number) =>
      `This changes your app’s files back to version ${version}. The conversation stays the same.`,
    restoreUndo: "Your current files are saved as a version, so you can restore them later.",
    restoring: (version: number) => `Restoring version ${version}`,
    restored: (version: number) => `Restored version ${version}`,
    restoringEarlier: "Restoring an earlier version",
    restoredEarlier: "Restored an earlier version",
  },

  files: {
    title: "Files",
    all: "All files",
    reload: "Reload files",
    choose: "Select a file to view it.",
    none: "No files yet.",
    emptyFolder: "Empty folder",
    firstOnly: (entries: string) => `Only the first ${entries} entries are shown.`,
    link: "link",
    contentOf: (name: string) => `Content of ${name}`,
    copy: "Copy file",
    loading: "Loading file…",
    gone: "This file no longer exists",
    goneAdvice: "It was moved or deleted. Select another file.",
    empty: "This file is empty",
    binary: "This is a binary file",
    tooLarge: "This file is too large to show",
    downloadAdvice: "Download the project to open it.",
    folder: "This is a folder",
    folderAdvice: "Reload the files to see what’s in it.",
    other: "This isn’t a regular file",
    otherAdvice: "Its content can’t be shown.",
    creating: "Creating your project…",
    creatingAdvice: "Your files will appear here.",
    stopped: "The project is paused",
    archived: "The project is archived",
    resumeAdvice: "Resume it to see your files. They’re saved.",
    failed: "The files aren’t available",
  },

  preview: {
    title: "App preview",
    path: "Path",
    reload: "Reload preview",
    openInNewTab: "Open preview in a new tab",
    fullScreen: "Full screen",
    exitFullScreen: "Exit full screen",
    width: "Preview width",
    widths: { phone: "Phone", tablet: "Tablet", full: "Full width" },
    opening: "Loading preview…",
    notRunning: "Nothing is running yet",
    notRunningAdvice: "The preview appears as soon as your app starts.",
    creating: "Creating your project…",
    creatingAdvice: "This takes a few seconds.",
    stopped: "The project is paused",
    stoppedAdvice: "Resume it to see your app.",
    archived: "The project is archived",
    archivedAdvice: "Resume it to see your app. This can take a minute.",
    failed: "The preview isn’t available",
  },

  account: {
    title: "Account",
    plan: "Plan",
    plans: {
      free: { name: "Free", about: "For getting started." },
      pro: { name: "Pro", about: "For regular use." },
    },
    projects: "Projects",
    projectsUsed: "Projects used",
    usage: (used: number, max: number) => `${used} of ${max}`,
    usageFull: (used: number, max: number) => `${used} of ${max} (limit reached)`,
    upgradeAbout: (projects: number) => `Pro includes ${plural(projects, "project")}.`,
    price: (amount: string, count: number, interval: string) =>
      count === 1
        ? `Pro costs ${amount} per ${interval}`
        : `Pro costs ${amount} every ${plural(count, interval)}`,
    priceLater: "You’ll see the price before you pay.",
    upgrade: "Upgrade to Pro",
    manageBilling: "Manage billing",
    cancelSubscription: "Cancel subscription",
    cancelQuestion: "Cancel your subscription?",
    cancelKeeps: (date: string) => `You keep Pro until ${date}. Your projects won’t be deleted.`,
    cancelLimits: (projects: number) =>
      `After that, you’re on the Free plan: you can create projects while you have fewer than ` +
      `${projects}, and run up to ${projects} at the same time.`,
    keepSubscription: "Keep subscription",
    cancelled: "Your subscription ends after the period you’ve paid for.",
    resumeSubscription: "Resume subscription",
    resumed: "Your subscription has been resumed.",
    trial: "Free trial.",
    renewsOn: (date: string) => `Renews on ${date}.`,
    endsOn: (date: string) => `Ends on ${date}.`,
    /** By those of Stripe's statuses in which the person has to do something. */
    attention: {
      past_due: "Your last payment failed. Select “Manage billing” to update your card.",
      unpaid: "Your last invoice is unpaid. Select “Manage billing” to pay it and get Pro back.",
      incomplete: "Your first payment hasn’t gone through. Select “Upgrade to Pro” to try again.",
      paused: "Your subscription is paused. Select “Manage billing” to add a card.",
    },
    checkoutCancelled: "Checkout cancelled. Your plan hasn’t changed.",
    checkoutPending: "Waiting for Stripe to confirm your payment…",
    checkoutDone: "Thank you. You’re now on Pro.",
    invoices: "Invoices",
    noInvoices: "No invoices yet.",
    invoice: "Invoice",
    /** By Stripe's status of an invoice. */
    invoiceStatus: {
      draft: "Draft",
      open: "Due",
      paid: "Paid",
      uncollectible: "Unpaid",
      void: "Void",
    },
    payments: "Payments",
    noPayments: "No payments yet.",
    cardPayment: "Card payment",
    succeeded: "Succeeded",
    delete: "Delete account",
    deleteAbout: "This deletes your account, your projects and their conversations.",
    deleteSubscription: "It also ends your subscription.",
    deleteQuestion: "Delete your account?",
    deleteWarning: `All your projects, their files and their conversations will be deleted. ${CANT_UNDO}`,
    /** What is typed to confirm it. */
    deleteWord: "delete",
    deleteType: (word: string) => `Type “${word}” to confirm`,
  },

  /** In texts that the agent has written. */
  markdown: {
    code: "Code",
    codeIn: (language: string) => `Code in ${language}`,
    copyCode: "Copy code",
    image: "Image",
    table: "Table",
    taskDone: "Done:",
    taskOpen: "To do:",
  },
};
