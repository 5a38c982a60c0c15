import { checkKinds, type Kind } from './failure-rows.js';

const KINDS: readonly Kind[] = [
  {
    it: 'the account has no credit',
    class: 'quota',
    about: 'money',
    scope: 'provider',
    said: [
      [
        429,
        {
          error: {
            message:
              'Your account org-x<ak-y> is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
            type: 'exceeded_current_quota_error',
          },
        },
      ],
      [429, 'Account suspended, insufficient balance'],
      [403, { code: 30001, message: 'Sorry, your account balance is insufficient', data: null }],
      [
        400,
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      ],
      [400, 'No credit left on this account'],
      [400, 'Billing hard limit has been reached'],
      [400, 'Payment required'],
      [400, 'Please top up your account'],
      [400, 'Please recharge'],
      [400, 'You are out of credits'],
      [
        400,
        { error: { message: 'Access denied, please make sure your account is in good standing.', code: 'Arrearage' } },
      ],
      [400, 'Your account is in arrears'],
      [403, '您的账户已欠费,请充值后重试。'],
      [403, '账户余额不足'],
      [403, '用户额度不足, 剩余额度: 0'],
      [403, 'inference prohibited, please enter a payment method or top up your balance'],
      [403, "Your newly created team doesn't have any credits yet. You can purchase credits on https://console.x.ai"],
      [403, { code: 403, reason: 'NOT_ENOUGH_BALANCE', message: 'not enough balance' }],
      [
        403,
        {
          error: {
            message: 'The request failed because your account has an overdue balance.',
            code: 'AccountOverdueError',
          },
        },
      ],
      [402, {}],
      [
        429,
        {
          error: {
            message: 'Your account is not active, please check your billing details on our website.',
            code: 'billing_not_active',
          },
        },
      ],
      [
        429,
        {
          error: {
            message: 'You exceeded your current quota, please check your plan and billing details.',
            type: 'insufficient_quota',
            code: 'insufficient_quota',
          },
        },
      ],
      [
        429,
        { error: { type: 'insufficient_balance_error', message: 'insufficient balance (1008)', http_code: '429' } },
      ],
      [500, 'insufficient funds'],
      [
        400,
        { error: { message: 'Budget has been exceeded! Current cost: 10.2, Max budget: 10', type: 'budget_exceeded' } },
      ],
      [403, 'Your prepaid credits have expired.'],
      [403, 'Key limit exceeded (total limit)'],
      [401, '该令牌额度已用尽'],
      [429, { error: { message: 'Your prepayment credits are depleted.', status: 'RESOURCE_EXHAUSTED', code: 429 } }],
      [403, 'Your free trial has ended. Please add a payment method.'],
      [
        400,
        {
          error:
            'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more',
        },
      ],
      [
        412,
        'Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices',
      ],
      [
        429,
        'litellm.RateLimitError: OpenAIException - {"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota"}}',
      ],
      [400, 'Insufficient wallet funds'],
      [403, 'Insufficient account balance'],
      [429, 'Your account balance is negative'],
      [429, 'Out of credit'],
      [403, 'Account arrears'],
      [429, '欠费'],
      [503, '余额不足'],
      [403, 'Please add credits to your account'],
      [400, 'Not enough credits'],
      [429, 'You have run out of credits'],
      [403, 'Insufficient credits. Add more using https://openrouter.ai/credits'],
      [429, 'Your monthly spend limit has been reached'],
      [403, 'Hard limit reached for billing'],
      [400, 'The account has no remaining credits'],
      [403, 'wallet balance too low'],
      [429, 'Free credits exhausted'],
      [403, 'Trial credits have been used up'],
      [403, 'You need to purchase credits to continue'],
      [402, 'nope'],
      [403, 'No payment method on file'],
      [429, 'Balance insufficient, please recharge'],
      [400, 'No credit'],
      [400, 'your credit has run out'],
      [401, 'Insufficient balance. Manage your billing here: https://x'],
      [429, 'account suspended: insufficient balance, please recharge'],
      [403, 'Your account has insufficient funds'],
      [400, 'Your card was declined, payment failed'],
      [429, 'You have used all of your credits'],
      [400, 'The organization has exceeded its budget'],
      [403, 'Your account is overdue'],
      [500, 'Insufficient credit balance'],
      [400, 'Credits exhausted'],
      [403, 'Account balance too low'],
      [200, 'insufficient balance'],
      [403, 'You have no credits left'],
      [400, 'API usage limit: credit balance depleted'],
      [403, 'Quota exhausted: please top up'],
      [429, 'You have exhausted your credits'],
      [429, 'Billing limit reached'],
      [400, 'Your organization has reached its spending limit'],
      [403, 'Please pay your outstanding invoice'],
      [
        429,
        'litellm.RateLimitError: GroqException - {"error":{"message":"Insufficient balance, please recharge your account right now"}}',
      ],
      [
        400,
        "Error code: 402 - {'error': {'message': 'Insufficient credits. Add more using https://openrouter.ai/credits', 'code': 402}}",
      ],
      [
        429,
        {
          error: {
            message: 'Provider returned error',
            code: 429,
            metadata: { raw: '{"error":{"message":"Insufficient Balance"}}' },
          },
        },
      ],
      [403, 'No credits'],
    ],
  },
  {
    it: 'a fact of the account: its country, its verification, or that it is switched off',
    class: 'auth',
    about: 'account',
    scope: 'provider',
    said: [
      [
        403,
        {
          error: {
            message: 'Country, region, or territory not supported',
            code: 'unsupported_country_region_territory',
          },
        },
      ],
      [400, 'User location is not supported for the API use.'],
      [
        400,
        {
          error: {
            message: 'Organization has been restricted. Please reach out to support if you believe this was in error.',
            code: 'organization_restricted',
          },
        },
      ],
      [400, 'This organization has been restricted'],
      [403, 'Please verify your phone number'],
      [403, 'Your account has been deactivated'],
      [429, 'Your account has been suspended for violating our terms'],
      [
        403,
        {
          error: {
            message: 'AI Gateway requires a valid credit card on file to service requests.',
            type: 'customer_verification_required',
          },
        },
      ],
      [403, 'please make sure your associated Aliyun account is real-name verified'],
      [403, 'You must accept the terms of service first'],
      [401, 'Please bind your Alibaba Cloud account before use.'],
      [403, 'This service is not available in your country'],
      [403, 'Identity verification required'],
      [451, 'Not available in your region'],
      [403, 'Your country is not supported'],
      [403, 'Account verification required'],
      [400, 'Organization has been restricted'],
      [403, 'Account is banned'],
      [403, 'Access from your location is prohibited'],
      [403, 'Accept our terms of use to continue'],
      [400, 'this organisation is restricted'],
      [400, 'Your account is disabled'],
      [403, 'Add a credit card to verify your account'],
      [403, '请先完成实名认证'],
      [403, 'Phone number not verified'],
      [403, 'Please complete verification to continue'],
    ],
  },
  {
    it: 'the key is refused',
    class: 'auth',
    about: 'key',
    scope: 'provider',
    said: [
      [401, 'nope'],
      [403, 'Forbidden'],
      [400, 'Please pass a valid API key'],
      [400, 'The security token included in the request is expired'],
      [400, { __type: 'ExpiredTokenException', message: 'no' }],
      [200, { success: false, msg: 'Token expired' }],
      [200, { code: 11_200, message: 'AppIdNoAuthError: licc failed' }],
      [200, { errcode: 40_001, errmsg: 'invalid credential' }],
      [400, 'API key expired. Please renew the API key.'],
      [400, 'Incorrect API key provided: sk-x'],
      [
        403,
        'This authentication method does not have sufficient permissions to call Inference Providers on behalf of user x',
      ],
      [401, 'You have insufficient permissions for this operation. Missing scopes: model.request'],
      [403, 'API key was reported as leaked'],
      [403, 'Access denied'],
      [401, ''],
      [400, 'Missing API key'],
      [400, 'Invalid API key'],
      [401, 'No auth credentials found'],
      [401, 'User not found.'],
      [403, 'API key disabled for this model list'],
    ],
  },
];

describe('refusals about money, the account and the key', () => {
  checkKinds(KINDS);
});
